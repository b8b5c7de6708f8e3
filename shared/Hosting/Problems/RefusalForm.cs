using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RideIngest.Hosting.Problems;

/// <summary>An endpoint's format for refusals of requests before they reach it, if it is not a plain problem.</summary>
public sealed record RefusalForm(Func<HttpContext, Problem, Task> Write);

public static class RefusalForms
{
    public static TBuilder RefusesWith<TBuilder>(this TBuilder endpoint, Func<HttpContext, Problem, Task> write)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RefusalForm(write));

    /// <summary>Answers with a problem, in the format of the endpoint.</summary>
    public static Task RefuseAsync(this HttpContext context, Problem problem) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RefusalForm>()?.Write(context, problem) ?? problem.ExecuteAsync(context);
}
