using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Broker;

/// <summary>A certificate authority of a test's own, in PEM files in a directory of its own.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly X509Certificate2 _authority;

    public Certificates()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
    }

    public string Authority => _directory.In("ca.pem");

    /// <summary>Issues a certificate for localhost and 127.0.0.1, good for either side.</summary>
    public (string Certificate, string Key) Issue(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(
            _authority, new DateTimeOffset(_authority.NotBefore), new DateTimeOffset(_authority.NotAfter),
            RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(_directory.In($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_directory.In($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        return (_directory.In($"{name}.pem"), _directory.In($"{name}.key"));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }
}
