using Microsoft.AspNetCore.Builder;
using RideIngest.Platform.Access;
using RideIngest.Platform.Hosting;

namespace RideIngest.Integration.Platform;

/// <summary>Who may use which endpoint, of a module that does nothing else.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task An_endpoint_without_a_declared_policy_fails_the_start_which_names_it()
    {
        await using var host = new TestModule(endpoints: routes =>
        {
            routes.MapGet("/declared", () => "yes").Public();
            routes.MapGet("/forgotten", () => "no");
        }).Create();

        var refused = await Assert.ThrowsAsync<StartupException>(() => host.StartAsync());

        Assert.Contains("HTTP: GET /forgotten", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/declared", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_has_a_security_policy_and_may_state_its_own()
    {
        await using var host = await new TestModule(endpoints: routes =>
        {
            routes.MapGet("/page", () => "page").Page();
            routes.MapGet("/other", () => "page").Page("default-src 'self'");
        }).StartAsync();
        using var client = host.Client();

        var (usual, own) = (await client.GetAsync("/page"), await client.GetAsync("/other"));

        Assert.Equal([PageEndpoints.OwnFiles], usual.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["default-src 'self'"], own.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["nosniff"], usual.Headers.GetValues("X-Content-Type-Options"));
        await host.StopAsync();
    }
}
