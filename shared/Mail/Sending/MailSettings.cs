using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Mail.Sending;

/// <summary>A section of settings with the mail server of a system.</summary>
public sealed class MailSettings
{
    /// <summary>The server's name or address. A process that runs no mail server itself needs it to send mails.</summary>
    [GoodValue("smtp.example.com")]
    public string? Host { get; set; }

    [Range(1, 65535, ErrorMessage = "It must be from 1 to 65535"), GoodValue("587")]
    public int Port { get; set; } = 587;

    /// <summary>The sender's address. It is needed with a host.</summary>
    [GoodValue("rideingest@example.com")]
    public string? From { get; set; }

    public MailTls Tls { get; set; } = MailTls.Auto;

    public string? Username { get; set; }

    [Secret]
    public string? Password { get; set; }
}

/// <summary>How the connection to a mail server is encrypted.</summary>
public enum MailTls
{
    /// <summary>From the start on port 465; on others with STARTTLS if the server offers it. A password is sent only with TLS.</summary>
    Auto,

    /// <summary>Not at all.</summary>
    None,

    /// <summary>With STARTTLS; a server without it is not used.</summary>
    Starttls,

    /// <summary>From the start.</summary>
    Implicit,
}
