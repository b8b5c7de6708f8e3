namespace RideIngest.Simulators.Mail;

/// <summary>A simulated fault of the mail server.</summary>
public enum MailFault
{
    None,

    /// <summary>Does not listen, and has closed its connections.</summary>
    Down,

    /// <summary>Answers 550 to each recipient.</summary>
    Refuse,

    /// <summary>Takes mails, and closes the connection instead of an answer.</summary>
    DropAnswer,
}
