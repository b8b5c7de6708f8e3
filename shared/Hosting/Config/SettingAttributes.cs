namespace RideIngest.Hosting.Config;

/// <summary>An example of a valid value, shown in the error message.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GoodValueAttribute(string value) : Attribute
{
    public string Value { get; } = value;
}

/// <summary>A secret: never printed, and also readable from a file named by the same key with the suffix <c>_file</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
