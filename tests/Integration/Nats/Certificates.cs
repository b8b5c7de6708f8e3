using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RideIngest.Integration.Nats;

/// <summary>A certificate authority of a test's own, in PEM files in a folder of its own.</summary>
internal sealed class Certificates : IAsyncDisposable, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rideingest-tls-").FullName;
    private readonly X509Certificate2 _authority;

    public Certificates(string name = "Test CA")
        : this(name, issuer: null)
    {
    }

    private Certificates(string name, X509Certificate2? issuer)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _authority = issuer is null
            ? request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1))
            : request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
    }

    public string Authority => Path.Combine(_folder, "ca.pem");

    /// <summary>Issues a certificate for localhost, and 127.0.0.1 unless left out, good for either side.</summary>
    public (string Certificate, string Key) Issue(string name, bool withAddress = true)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        if (withAddress)
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(_authority, _authority.NotBefore, _authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        var paths = (Path.Combine(_folder, $"{name}.pem"), Path.Combine(_folder, $"{name}.key"));
        File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
        File.WriteAllText(paths.Item2, key.ExportPkcs8PrivateKeyPem());
        return paths;
    }

    /// <summary>Issues one by an authority between, whose certificate stands behind it in the file.</summary>
    public (string Certificate, string Key) IssueByAnother(string name)
    {
        using var between = new Certificates($"{name}'s CA", issuer: _authority);
        var (certificate, key) = between.Issue(name);
        var paths = (Path.Combine(_folder, $"{name}.pem"), Path.Combine(_folder, $"{name}.key"));
        File.WriteAllText(paths.Item1, File.ReadAllText(certificate) + "\n" + File.ReadAllText(between.Authority));
        File.Copy(key, paths.Item2);
        return paths;
    }

    /// <summary>All of the file and the key in one PKCS #12 file.</summary>
    public static string Bundle((string Certificate, string Key) issued, string password)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(issued.Certificate);
        using var withKey = X509Certificate2.CreateFromPemFile(issued.Certificate, issued.Key);
        all[0] = withKey;
        var path = Path.ChangeExtension(issued.Certificate, "p12");
        File.WriteAllBytes(path, all.Export(X509ContentType.Pkcs12, password)!);
        return path;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
