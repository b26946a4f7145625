using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Node.Start;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>A renewed TLS certificate is taken into use without a restart: by itself when its file changes, and at once on SIGHUP.</summary>
public sealed class CertificateReloadTests : IAsyncLifetime
{
    private const int SIGHUP = 1;

    /// <summary>Twice the interval in which a node looks at its files, and to spare.</summary>
    private static readonly TimeSpan TwoLooks = TimeSpan.FromSeconds(5);

    private TestCluster _cluster = null!;

    private TestNode Node => _cluster["a"];

    private string CertificatePath => new NodeDirectory(Node.Directory).TlsCertificate;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync();
        await Node.StartAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>What the node shows in a new handshake.</summary>
    private async Task<string> ShownAsync()
    {
        var parts = Node.Address.Split(':');
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13, ClientCertificates = [_cluster.ClientCertificate],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        return tls.RemoteCertificate!.GetSerialNumberString();
    }

    /// <summary>Another certificate for the same key, in its file.</summary>
    /// <param name="unseen">The file's time stays what it was.</param>
    /// <returns>Its serial number.</returns>
    private string Renew(bool unseen)
    {
        var stamp = File.GetLastWriteTimeUtc(CertificatePath);
        using var present = X509Certificate2.CreateFromPemFile(CertificatePath, new NodeDirectory(Node.Directory).TlsKey);
        using var key = present.GetECDsaPrivateKey()!;
        using var renewed = _cluster.Authority.Issue("a", key);
        File.WriteAllText(CertificatePath, renewed.ExportCertificatePem());
        if (unseen)
            File.SetLastWriteTimeUtc(CertificatePath, stamp);
        return renewed.GetSerialNumberString();
    }

    private Task LogsAsync(string line) => Wait.UntilAsync(() => Task.FromResult(Node.Log.Contains(line, StringComparison.Ordinal)), TimeSpan.FromSeconds(60), () => Node.Log);

    [Fact]
    public async Task On_SIGHUP_a_node_shows_the_renewed_certificate_at_once()
    {
        var first = await ShownAsync();
        var renewed = Renew(unseen: true);
        Assert.NotEqual(first, renewed);
        await Task.Delay(TwoLooks);
        Assert.Equal(first, await ShownAsync()); // its files look as before: it takes the signal
        // More signals than one are one: none ends the process.
        for (var i = 0; i < 50; i++)
            Node.Signal(SIGHUP);
        await Wait.UntilAsync(async () => await ShownAsync() == renewed, TimeSpan.FromSeconds(60), () => $"the node still shows the former certificate\n{Node.Log}");
        Assert.True(Node.IsRunning, Node.Log);
        await LogsAsync("new connections show another TLS certificate");
        Assert.Equal(0, await Node.StopAsync());
    }

    [Fact]
    public async Task On_SIGHUP_files_that_do_not_fit_change_nothing_and_a_later_good_pair_is_taken()
    {
        var first = await ShownAsync();
        using var own = X509Certificate2.CreateFromPemFile(CertificatePath, new NodeDirectory(Node.Directory).TlsKey);
        using var key = own.GetECDsaPrivateKey()!;
        using (var stranger = _cluster.Authority.Issue("a"))
            File.WriteAllText(CertificatePath, stranger.ExportCertificatePem());
        Node.Signal(SIGHUP);
        await LogsAsync("the TLS files are not taken into use");
        Assert.Equal(first, await ShownAsync());
        using var present = _cluster.Authority.Issue("a", key);
        File.WriteAllText(CertificatePath, present.ExportCertificatePem());
        Node.Signal(SIGHUP);
        await Wait.UntilAsync(async () => await ShownAsync() == present.GetSerialNumberString(), TimeSpan.FromSeconds(60), () => $"the node does not show the good certificate\n{Node.Log}");
        Assert.True(Node.IsRunning, Node.Log);
    }
}
