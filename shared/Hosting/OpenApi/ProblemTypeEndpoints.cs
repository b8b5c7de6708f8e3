using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideIngest.Contracts.Problems;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.OpenApi;

/// <summary>What a type of problem means, at the address that the problem carries.</summary>
internal sealed record ProblemTypePage(
    [property: Description("As problems carry it")] string Type,
    [property: Description("The status code that it comes with; in `refused` and `server-error` any other 4xx or 5xx")] int Status,
    [property: Description("Whether the same request may succeed later")] bool Retryable,
    [property: Description("What it means")] string Meaning,
    [property: Description("What a sender should do")] string Action)
{
    public static ProblemTypePage Of(ProblemType type) =>
        new($"/problems/{type.Name}", type.Status, type.Retryable, type.Meaning, type.Action);
}

/// <summary>Every type of problem.</summary>
internal sealed record ProblemTypeList([property: Description("By status code")] IReadOnlyList<ProblemTypePage> Items);

/// <summary><c>/problems</c> and <c>/problems/{type}</c>.</summary>
internal static class ProblemTypeEndpoints
{
    private const string Tag = "problems";

    public static DocumentTag DocumentTag { get; } = new(Tag, "What failures mean, and what to do about them");

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var list = new ProblemTypeList([.. ProblemTypes.All.Select(ProblemTypePage.Of)]);
        endpoints.MapMethods("/problems", ReadMethods.All, () => TypedResults.Ok(list))
            .Public()
            .Operation("listProblemTypes", Tag, "Every type of problem")
            .Answers(typeof(ProblemTypeList), 200, "The types");

        endpoints.MapMethods("/problems/{type}", ReadMethods.All,
            IResult ([Description("Its name: what follows `/problems/` in a problem's `type`")] string type) =>
                ProblemTypes.Find(type) is { } found ? TypedResults.Ok(ProblemTypePage.Of(found))
                : Problem.OfStatus(404) with { Detail = "There is no such type of problem; /problems lists them." })
            .Public()
            .Operation("getProblemType", Tag, "What a type of problem means")
            .Answers(typeof(ProblemTypePage), 200, "The type")
            .Refuses(("not-found", "There is no such type."));
    }
}
