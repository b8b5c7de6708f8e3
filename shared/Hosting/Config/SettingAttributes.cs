namespace RideIngest.Hosting.Config;

/// <summary>A value that works, shown when the one given does not.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GoodValueAttribute(string value) : Attribute
{
    public string Value { get; } = value;
}

/// <summary>Never printed; may be given in a file, by the same key with <c>_file</c> at its end.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
