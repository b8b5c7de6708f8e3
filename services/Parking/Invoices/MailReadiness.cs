using RideIngest.Hosting.Health;
using RideIngest.Mail.Sending;
using RideIngest.Parking.Settings;

namespace RideIngest.Parking.Invoices;

/// <summary>Reports that the mail server takes no mail. The process is degraded then, because only invoices wait.</summary>
internal sealed class MailReadiness(ParkingSettings settings, IServiceProvider provider) : IReadinessCheck
{
    public string Name => "mail";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
        new(settings.Roles.Contains(ParkingRole.Invoices) ? provider.GetRequiredKeyedService<MailSender>("parking").Trouble : null);
}
