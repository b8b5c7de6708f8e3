using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.OpenApi;

namespace RideIngest.Unit.Hosting;

public sealed class OperationsTests
{
    [Fact]
    public async Task A_request_pays_nothing_for_the_description_of_its_endpoint()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        await using var app = builder.Build();
        RequestDelegate answer = _ => Task.CompletedTask;

        app.MapPost("/records", answer).Operation("putRecord", "records", "Send a record").Refuses("conflict", "busy");

        Assert.Same(answer, Assert.Single(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)).RequestDelegate);
    }
}
