using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.CheckIn.Settings;

/// <summary>The section <c>checkin.email</c>: the mails to employees.</summary>
public sealed class EmailSettings
{
    /// <summary>What <see cref="Address"/> has in the place of the employee's id.</summary>
    public const string Employee = "{employee_id}";

    /// <summary>The address of an employee.</summary>
    [Required, RegularExpression(@".*\{employee_id\}.*", ErrorMessage = "It must contain {employee_id}")]
    [GoodValue("{employee_id}@example.com")]
    public string Address { get; set; } = "{employee_id}@example.com";

    /// <summary>The most mails per second of all processes together.</summary>
    [Range(0.01, 100_000.0, ErrorMessage = "It must be from 0.01 to 100000"), GoodValue("50")]
    public double Rate { get; set; } = 50;
}
