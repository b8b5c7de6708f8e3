using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;

namespace RideIngest.Integration.Producer;

/// <summary>A kind is a folder, and nothing else: one that only the tests have goes the whole way.</summary>
public sealed class ProducerOwnKindTests
{
    [Fact]
    public async Task A_kind_that_only_the_tests_have_goes_from_POST_to_its_row_and_back()
    {
        await using var system = await RideSystem.StartAsync(catalog: RecordsDatabase.Catalog);
        var id = Given.NewId();
        var ticket = $$"""{"id":{{id}},"seat":"{{id}}A","price":40}""";

        var first = await system.PostAsync("/v1/tickets", ticket);
        var again = await system.PostAsync("/v1/tickets", ticket);
        var refused = await system.PostAsync("/v1/tickets", $$"""{"id":{{id + 1_000_000}},"seat":"13","price":13}""");
        var upload = await system.PostAsync("/v1/tickets/batch", $"id,seat,price\n{id},{id}A,40\n{id + 2_000_000},{id}B,\n", "text/csv");
        var later = await system.PostAsync(
            "/v1/tickets", $$"""{"id":{{id + 3_000_000}},"seat":"{{id}}C"}""", headers: ("Prefer", "respond-async"));

        Assert.Equal((201, 200, 422, 200, 202), (first.Status, again.Status, refused.Status, upload.Status, later.Status));
        Assert.Equal((1, 1), ((int)upload.Json["stored"]!, (int)upload.Json["duplicate"]!));
        Assert.Equal("stored", (string?)(await system.GetAsync($"{later.Headers.Location}?wait=10s")).Json["status"]);
        Assert.Equal(ticket, (await system.GetAsync($"/v1/tickets/{id}")).Text);
        Assert.Equal(3, await system.CountAsync("tests.tickets"));
        Assert.NotNull((await system.GetAsync("/openapi/v1.json")).Json["components"]!["schemas"]!["Ticket"]);
    }
}
