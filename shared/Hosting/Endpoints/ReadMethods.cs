using Microsoft.AspNetCore.Http;

namespace RideIngest.Hosting.Endpoints;

/// <summary>The methods of an endpoint that only reads.</summary>
public static class ReadMethods
{
    public static IReadOnlyList<string> All { get; } = [HttpMethods.Get, HttpMethods.Head];
}
