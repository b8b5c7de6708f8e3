using System.Globalization;
using MimeKit;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Mail.Sending;

namespace RideIngest.CheckIn.Email;

/// <summary>
/// Mails each check-out to its employee. Mail servers need not drop a repeated mail, so one whose answer was lost is not sent again.
/// </summary>
internal sealed class EmailDestination([FromKeyedServices("checkin")] MailSender sender, CheckInSettings settings)
    : Destination(Destinations.Email, settings)
{
    private readonly string _address = settings.Email.Address;

    public override int AtOnce => 1;

    // The server has a minute for each, and two mails may wait for each other.
    public override TimeSpan CallTimeout => TimeSpan.FromMinutes(2);

    public override async Task<Delivery> SendAsync(CheckOut item, CancellationToken cancellationToken)
    {
        var to = _address.Replace(EmailSettings.Employee, item.EmployeeId, StringComparison.Ordinal);
        if (!EmailAddress.IsValid(to))
            return new(DeliveryEnd.Refused, $"{to} is no address (checkin.email.address)");
        using var message = new MimeMessage
        {
            Subject = string.Create(CultureInfo.InvariantCulture, $"Checked out after {item.HoursWorked} hours"),
            MessageId = $"{item.Id}@checkin.rideingest",
            Date = item.CheckedOutAt,
            Body = new TextPart("plain") { Text = Text(item) },
        };
        message.From.Add(MailboxAddress.Parse(sender.From));
        message.To.Add(MailboxAddress.Parse(to));
        var (end, reason) = await sender.SendAsync(message, cancellationToken);
        return end switch
        {
            MailEnd.Sent => new(DeliveryEnd.Done),
            MailEnd.Refused => new(DeliveryEnd.Refused, reason),
            MailEnd.NotBegun => new(DeliveryEnd.NotBegun, reason),
            MailEnd.InDoubt => new(DeliveryEnd.InDoubt, $"the answer was lost: {reason}"),
            _ => new(DeliveryEnd.Failed, reason),
        };
    }

    private static string Text(CheckOut item) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Employee {item.EmployeeId}

        Checked in:  {item.CheckedInAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC
        Checked out: {item.CheckedOutAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC
        Hours:       {item.HoursWorked}

        """);
}
