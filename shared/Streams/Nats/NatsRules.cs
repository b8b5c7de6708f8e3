using System.ComponentModel.DataAnnotations;
using NATS.NKeys;

namespace RideIngest.Streams.Nats;

[AttributeUsage(AttributeTargets.Property)]
internal sealed class NatsUrlAttribute() : ValidationAttribute(
    "It is not a NATS URL. A user and a password in it must be percent-encoded, with / as %2F")
{
    public override bool IsValid(object? value) => value is not string urls || urls.Split(',').All(IsUrl);

    private static bool IsUrl(string url) =>
        Uri.TryCreate(url.Trim(), UriKind.Absolute, out var uri) && uri is { Scheme: "nats" or "tls" or "ws" or "wss", Host.Length: > 0 };
}

/// <summary>Allows only one way to sign in, because with two it would be unclear which one the server was given.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NatsSignInAttribute() : ValidationAttribute(
    "Set one of nats.password, nats.token, nats.nkey_seed and nats.creds, not several")
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var settings = (NatsSettings)validationContext.ObjectInstance;
        var set = new[] { settings.Password, settings.Token, settings.NkeySeed, settings.Creds }.Count(way => way is not null);
        return value is null || set == 1 ? ValidationResult.Success : new ValidationResult(ErrorMessage);
    }
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class NkeySeedAttribute() : ValidationAttribute("It is not the seed of a user's NKey, which begins with SU")
{
    public override bool IsValid(object? value)
    {
        if (value is not string seed)
            return true;
        try
        {
            using var pair = KeyPair.FromSeed(seed);
            return pair.GetPublicKey().StartsWith('U');
        }
        catch (NKeysException)
        {
            return false;
        }
    }
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class NatsCredsAttribute() : ValidationAttribute(
    "It is not a credentials file, which has a BEGIN NATS USER JWT and a BEGIN USER NKEY SEED block")
{
    public override bool IsValid(object? value) =>
        value is not string creds
        || (creds.Contains("-----BEGIN NATS USER JWT-----", StringComparison.Ordinal)
        && creds.Contains("-----BEGIN USER NKEY SEED-----", StringComparison.Ordinal));
}
