using System.ComponentModel.DataAnnotations;

namespace RideIngest.Parking.Settings;

/// <summary>Validates the name of a time zone against those of this machine.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeZoneNameAttribute : ValidationAttribute
{
    public TimeZoneNameAttribute() : base("This machine knows no such time zone; without the package tzdata it knows only UTC") { }

    public override bool IsValid(object? value) => value is string name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);
}
