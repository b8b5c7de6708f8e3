using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace NATS.Client.Core;

/// <summary>TLS over a socket.</summary>
internal sealed class TlsConnection(SslStream stream) : INatsSocketConnection
{
    public static async ValueTask<TlsConnection> UpgradeAsync(INatsSocketConnection plain, string host, NatsTlsOpts opts,
        CancellationToken cancellationToken)
    {
        if (plain is not INatsTlsUpgradeableSocketConnection { Socket: { } socket })
            throw new NatsException("TLS was asked for, but the socket connection in use does not implement INatsTlsUpgradeableSocketConnection");

        var options = await OptionsAsync(host, opts).ConfigureAwait(false);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return new TlsConnection(stream);
        }
        catch (AuthenticationException e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new NatsException($"TLS authentication with {host} failed: {e.Message}", e);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer)
    {
        await stream.WriteAsync(buffer).ConfigureAwait(false);
        return buffer.Length;
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => stream.ReadAsync(buffer);

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static async ValueTask<SslClientAuthenticationOptions> OptionsAsync(string host, NatsTlsOpts opts)
    {
        if (opts.CertFile is null != opts.KeyFile is null)
            throw new ArgumentException("NatsTlsOpts.CertFile and NatsTlsOpts.KeyFile must both be set");
        if (opts is { CertFile: not null, CertBundleFile: not null })
            throw new ArgumentException("NatsTlsOpts.CertFile and NatsTlsOpts.CertBundleFile exclude each other");

        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (LoadClientCertificate(opts) is { } certificate)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, LoadIntermediates(opts), offline: true);
        if (opts.CaFile is { } caFile)
            TrustOnly(caFile, options);
        if (opts.InsecureSkipVerify)
            SkipVerification(options);
        if (opts.ConfigureClientAuthentication is { } configure)
            await configure(options).ConfigureAwait(false);
        return options;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5359", Justification = "InsecureSkipVerify says so.")]
    private static void SkipVerification(SslClientAuthenticationOptions options) =>
        options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;

    private static X509Certificate2? LoadClientCertificate(NatsTlsOpts opts) => opts switch
    {
        { CertFile: { } certFile, KeyFilePassword: { } password } => X509Certificate2.CreateFromEncryptedPemFile(certFile, password, opts.KeyFile),
        { CertFile: { } certFile } => X509Certificate2.CreateFromPemFile(certFile, opts.KeyFile),
        { CertBundleFile: { } bundle } => X509CertificateLoader.LoadPkcs12FromFile(bundle, opts.CertBundleFilePassword),
        _ => null,
    };

    /// <summary>All that stands beside the certificate: a server that knows only the root needs what lies between.</summary>
    private static X509Certificate2Collection LoadIntermediates(NatsTlsOpts opts)
    {
        if (opts.CertFile is null)
            return X509CertificateLoader.LoadPkcs12CollectionFromFile(opts.CertBundleFile!, opts.CertBundleFilePassword);
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(opts.CertFile);
        return certificates;
    }

    private static void TrustOnly(string caFile, SslClientAuthenticationOptions options)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        options.CertificateChainPolicy = policy;
    }
}
