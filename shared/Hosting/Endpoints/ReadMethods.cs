using Microsoft.AspNetCore.Http;

namespace RideIngest.Hosting.Endpoints;

/// <summary>The HTTP methods of a read-only endpoint.</summary>
public static class ReadMethods
{
    public static IReadOnlyList<string> All { get; } = [HttpMethods.Get, HttpMethods.Head];
}
