using System.Security.Cryptography;
using System.Text;

namespace RideIngest.Integration.Systems;

/// <summary>API keys as switches.</summary>
internal static class Keys
{
    public static string[] Of(int index, string name, string key, params string[] scopes) =>
    [
        "--auth:mode=keys", $"--auth:keys:{index}:name={name}", $"--auth:keys:{index}:scopes={string.Join(',', scopes)}",
        $"--auth:keys:{index}:sha256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}",
    ];
}
