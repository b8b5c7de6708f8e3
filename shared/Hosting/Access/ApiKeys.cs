using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace RideIngest.Hosting.Access;

/// <summary>Identifies the caller by the API key. Keys are stored as hashes and compared in constant time.</summary>
internal sealed class ApiKeys(AuthSettings settings, TimeProvider clock)
{
    private const string Header = "X-Api-Key";
    private const string Bearer = "Bearer ";
    private const int LongestKey = 512;

    private readonly Caller[] _callers = [.. settings.Keys.Select(key => new Caller(key, clock))];

    /// <summary>Returns the key from either header, or a token; empty if there is none.</summary>
    public static ReadOnlySpan<char> Of(HttpRequest request)
    {
        if (request.Headers[Header] is [{ Length: > 0 } key])
            return key;
        return request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization.AsSpan(Bearer.Length).Trim() : default;
    }

    /// <summary>Whether the request carries a token, which has three parts separated by dots, instead of a key.</summary>
    public static bool IsToken(HttpRequest request) => request.Headers[Header].Count == 0 && Of(request).Count('.') == 2;

    public Caller? Find(ReadOnlySpan<char> key)
    {
        if (key.IsEmpty || key.Length > LongestKey)
            return null;
        Span<byte> bytes = stackalloc byte[LongestKey * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        return OfHash(hash);
    }

    public Caller? OfHash(ReadOnlySpan<byte> hash)
    {
        // All keys are compared, so that timing reveals nothing about a near match.
        Caller? found = null;
        foreach (var caller in _callers)
        {
            if (CryptographicOperations.FixedTimeEquals(caller.Hash, hash))
                found = caller;
        }
        return found;
    }
}
