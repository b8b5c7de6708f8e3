using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideIngest.Contracts.Problems;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.OpenApi;

/// <summary>The description of a problem type, served at the type's path.</summary>
internal sealed record ProblemTypePage(
    [property: Description("The type, as in problems")] string Type,
    [property: Description("The status code; `refused` and `server-error` stand for any other 4xx or 5xx")] int Status,
    [property: Description("Whether the same request may succeed later")] bool Retryable,
    [property: Description("The meaning")] string Meaning,
    [property: Description("What the sender should do")] string Action)
{
    public static ProblemTypePage Of(ProblemType type) =>
        new($"/problems/{type.Name}", type.Status, type.Retryable, type.Meaning, type.Action);
}

/// <summary>All problem types.</summary>
internal sealed record ProblemTypeList([property: Description("Ordered by status code")] IReadOnlyList<ProblemTypePage> Items);

/// <summary>Serves <c>/problems</c> and <c>/problems/{type}</c>.</summary>
internal static class ProblemTypeEndpoints
{
    private const string Tag = "problems";

    public static DocumentTag DocumentTag { get; } = new(Tag, "The meaning of failures, and what to do about them");

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var list = new ProblemTypeList([.. ProblemTypes.All.Select(ProblemTypePage.Of)]);
        var names = string.Join(", ", ProblemTypes.All.Select(type => type.Name));
        endpoints.MapMethods("/problems", ReadMethods.All, () => TypedResults.Ok(list))
            .Public()
            .Operation("listProblemTypes", Tag, "List all problem types")
            .Answers(typeof(ProblemTypeList), 200, "The types");

        endpoints.MapMethods("/problems/{type}", ReadMethods.All,
            IResult ([Description("The name, which follows `/problems/` in a problem's `type`")] string type) =>
                ProblemTypes.Find(type) is { } found ? TypedResults.Ok(ProblemTypePage.Of(found))
                : Problem.OfStatus(404) with { Detail = $"This problem type does not exist. /problems describes all: {names}." })
            .Public()
            .Operation("getProblemType", Tag, "Describe a problem type")
            .Answers(typeof(ProblemTypePage), 200, "The type")
            .Refuses(("not-found", "The type does not exist."));
    }
}
