using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RideIngest.Hosting.Processes;

/// <summary>The address at which this process reaches itself.</summary>
public static class OwnAddress
{
    private static readonly string[] AllAddresses = ["*", "+", "0.0.0.0", "[::]"];

    /// <returns>A URL without a slash at its end; null before the server listens.</returns>
    public static string? Of(IServer server)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        foreach (var all in AllAddresses)
            address = address?.Replace($"//{all}", "//127.0.0.1", StringComparison.Ordinal);
        return address?.TrimEnd('/');
    }
}
