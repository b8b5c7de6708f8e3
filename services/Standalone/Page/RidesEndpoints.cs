using RideIngest.Hosting.Access;
using RideIngest.Hosting.Telemetry;
using RideIngest.Pages.Shell;

namespace RideIngest.Standalone.Page;

/// <summary>Serves what <see cref="RidesPage"/> needs: its scripts, and its updates.</summary>
internal static class RidesEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPages();
        endpoints.MapAssets("/rides", beside: typeof(RidesEndpoints), "rides.js");
        endpoints.MapGet("/rides/stream", (HttpContext context, LiveStream stream) => stream.GetAsync(context))
            .Public().LimitedAsLivePage().Untraced();
    }
}
