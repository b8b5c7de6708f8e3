namespace RideIngest.Simulators.Mail;

/// <summary>A mail as it was received first.</summary>
/// <param name="To">The recipients of the SMTP transaction.</param>
/// <param name="Times">How often a mail with this Message-ID was received.</param>
public sealed record ReceivedMail(
    string MessageId, string From, IReadOnlyList<string> To, string Subject, string Text, DateTimeOffset ReceivedAt, int Times);
