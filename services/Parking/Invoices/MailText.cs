using System.Globalization;
using MimeKit;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Invoices;

/// <summary>Writes the mail of an invoice or a credit note: always the same one for a number, so that it may be sent again.</summary>
internal static class MailText
{
    public static MimeMessage Of(DueMail mail, string from, Tariff tariff)
    {
        var title = mail.Credits is null ? $"Invoice {mail.Number}" : $"Credit note {mail.Number} for invoice {mail.Credits}";
        var message = new MimeMessage
        {
            Subject = $"{title}: vehicle {mail.Plate}",
            MessageId = $"{mail.Number}@{from.Split('@')[^1]}",
            Date = tariff.Local(new(mail.IssuedAt)),
            Body = new TextPart("plain")
            {
                Text =
                    $"""
                    {title}

                    Issued:  {Time(mail.IssuedAt)}
                    Vehicle: {mail.Plate}
                    Entry:   {Time(mail.EntryAt)}
                    Exit:    {Time(mail.ExitAt)}
                    Stay:    {StayText.Of(mail.ExitAt - mail.EntryAt)}
                    Amount:  {Money.Text(mail.Amount, mail.Currency)}

                    """.ReplaceLineEndings("\r\n"),
            },
        };
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(MailboxAddress.Parse(mail.Email!));
        return message;

        string Time(DateTime instant) => tariff.Local(new(instant)).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
    }
}
