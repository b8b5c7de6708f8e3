using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RideIngest.Hosting.Problems;

/// <summary>How an endpoint words the refusal of a request that did not reach it, where that is no plain problem.</summary>
public sealed record RefusalForm(Func<HttpContext, Problem, Task> Write);

public static class RefusalForms
{
    public static TBuilder RefusesWith<TBuilder>(this TBuilder endpoint, Func<HttpContext, Problem, Task> write)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RefusalForm(write));
}
