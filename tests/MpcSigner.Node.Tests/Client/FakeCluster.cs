using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using MpcSigner.Chains;
using MpcSigner.Client;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using MpcSigner.Kernel.Tests.Verification;
using MpcSigner.Rpc;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.Clients;

/// <summary>Three servers with the identities of a real roster. Keys, certificates and signatures are real; only the protocol between the nodes is missing.</summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    private readonly IdentityKey _administrator = IdentityKey.Generate(SystemRandomSource.Instance);
    private readonly Dictionary<string, ShownKey> _keys = [];
    private readonly Dictionary<Digest32, V1.SignedRequest> _creations = [];

    private FakeCluster(Certificates certificates, IReadOnlyList<FakeNode> nodes) => (Certificates, Nodes) = (certificates, nodes);

    public Certificates Certificates { get; }

    /// <summary>In the order of the roster.</summary>
    public IReadOnlyList<FakeNode> Nodes { get; }

    public CertifiedBatch Identities { get; } = new(3);

    public string KeyFile { get; private set; } = "";

    public MpcSignerClientOptions Options { get; private set; } = null!;

    /// <summary>Of a second client.</summary>
    public MpcSignerClientOptions OtherOptions { get; private set; } = null!;

    public static async Task<FakeCluster> StartAsync()
    {
        var certificates = new Certificates();
        var cluster = new FakeCluster(certificates, [await FakeNode.StartAsync(certificates, "a"), await FakeNode.StartAsync(certificates, "b"), await FakeNode.StartAsync(certificates, "c")]);
        cluster.KeyFile = Path.Combine(certificates.Directory, "request-key.pem");
        var signer = Ed25519KeyFile.Create(cluster.KeyFile);
        var tls = certificates.Make("client");
        var clientKey = signer.PublicKey.ToArray();
        var other = Ed25519KeyFile.Create(Path.Combine(certificates.Directory, "other-request-key.pem"));
        var (otherKey, otherTls) = (other.PublicKey.ToArray(), certificates.Make("other-client"));
        cluster.WriteRoster(
            [
                new(new(SHA256.HashData(clientKey)), "app", clientKey, [new(SubjectKeyPin.Of(tls))], true),
                new(new(SHA256.HashData(otherKey)), "other", otherKey, [new(SubjectKeyPin.Of(otherTls))], true),
            ], tls, signer);
        cluster.OtherOptions = cluster.Options with { Signer = other, TlsCertificate = otherTls };
        foreach (var node in cluster.Nodes)
        {
            node.OnCreate = (request, _) => Task.FromResult(cluster.Create(request, o => cluster.Identities.Make(o)));
            node.OnSign = (request, _) => Task.FromResult(cluster.Sign(request));
            node.OnGetKey = request => cluster._keys.TryGetValue(Convert.ToHexStringLower(request.KeyId.Span), out var key) ? cluster.ToWire(key) : throw FakeNode.Error(Core.Faults.Reason.UnknownKey, "no such key");
        }
        return cluster;
    }

    public Task<MpcSignerClient> ConnectAsync() => MpcSignerClient.ConnectAsync(Options);

    /// <summary>Answers a creation with the keys that <paramref name="make"/> gives for the order.</summary>
    public IReadOnlyList<V1.CreateKeysEvent> Create(V1.SignedRequest request, Func<CreationOrder, IReadOnlyList<ShownKey>> make)
    {
        var keys = make(OrderOf(request));
        _creations[OrderOf(request).Hash] = request;
        foreach (var key in keys)
            _keys[key.KeyId.ToString()] = key;
        return [new() { Progress = new() { Stage = "round 1", Done = 1, Total = 3 } },
            .. keys.Chunk(100).Select(page => new V1.CreateKeysEvent { Keys = new() { Keys = { page.Select(ToWire) } } })];
    }

    /// <summary>A key that was created here.</summary>
    public ShownKey Made(string id) => _keys[id];

    public V1.SignResponse Sign(V1.SignedRequest request)
    {
        var sign = (RequestAction.Sign)Decode(request).Action;
        var shown = _keys[sign.Key.ToString()];
        Assert.True(KeyRecordEncoding.TryDecode(shown.Suite, shown.Record.Span, out var record));
        Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(record!, [.. sign.Path], sign.Taproot, out var signer));
        Assert.True(PayloadDecoder.TryDecode(sign.Kind, sign.Payload.Span, shown.Suite, signer!.PublicKey.Encoded, out var decoded, out _));
        return new() { Signature = ByteString.CopyFrom(Identities.Sign(record!, decoded.Message.Span, sign.Path, sign.Taproot)), Signers = { Identities.Roster.Nodes.Take(2).Select(n => ByteString.CopyFrom(n.Nid.ToArray())) } };
    }

    public CreationOrder OrderOf(V1.SignedRequest request) =>
        new(request.Body.Span, new(request.ClientId.Span), (RequestAction.CreateKeys)Decode(request).Action);

    /// <summary>With its anchor, if its creation came here.</summary>
    public V1.Key ToWire(ShownKey key)
    {
        var message = WithoutAnchor(key);
        if (key.Anchor is { } shown)
            message.Anchor = new() { Creation = SignedRequestMapping.ToWire(shown.Creation), Index = shown.Index, Record = ByteString.CopyFrom(KeyRecordEncoding.Encode(shown.Record)), Certificate = ByteString.CopyFrom(shown.Certificate.Span) };
        else if (CommitCertificate.TryDecode(key.Certificate.Span, out var certificate) && _creations.TryGetValue(certificate.OrderHash, out var creation))
            message.Anchor = new() { Creation = creation, Index = certificate.Index };
        return message;
    }

    private static V1.Key WithoutAnchor(ShownKey key) => new()
    {
        KeyId = ByteString.CopyFrom(key.KeyId.ToArray()),
        Suite = (V1.Suite)(int)key.Suite,
        Record = ByteString.CopyFrom(key.Record.Span),
        Certificate = ByteString.CopyFrom(key.Certificate.Span),
        Label = key.Label,
        Usage = (V1.KeyUsage)(int)key.Usage,
        Owner = ByteString.CopyFrom(key.Owner.ToArray()),
        State = key.Certificate.IsEmpty ? V1.KeyState.Pending : V1.KeyState.Active,
        CreatedAtMs = 1_700_000_000_000,
    };

    /// <summary>The client's files as <c>cluster init</c> writes them.</summary>
    public string WriteClientFolder()
    {
        var folder = Path.Combine(Certificates.Directory, "client-folder");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, ClientFolder.Roster), Options.Roster.Span);
        File.WriteAllBytes(Path.Combine(folder, ClientFolder.RosterSignature), Options.RosterSignature.Span);
        File.WriteAllText(Path.Combine(folder, ClientFolder.AdministratorKey), Convert.ToHexStringLower(Options.AdministratorKey.Span) + "\n");
        File.Copy(Certificates.AuthorityPath, Path.Combine(folder, ClientFolder.Authorities), overwrite: true);
        File.Copy(KeyFile, Path.Combine(folder, ClientFolder.RequestKey), overwrite: true);
        var (certificate, key) = Certificates.Write(Options.TlsCertificate, "client-tls");
        File.Copy(certificate, Path.Combine(folder, ClientFolder.TlsCertificate), overwrite: true);
        File.Copy(key, Path.Combine(folder, ClientFolder.TlsKey), overwrite: true);
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        Certificates.Dispose();
    }

    private static RequestBody Decode(V1.SignedRequest request) =>
        new RequestBodyCodec().TryDecode(request.Body.Span, out var body, out var error) ? body : throw new InvalidOperationException(error.ToString());

    private void WriteRoster(IReadOnlyList<RosterClient> clients, X509Certificate2 tls, Ed25519KeyFile signer)
    {
        var nodes = Identities.Roster.Nodes.Select((n, i) => n with { Address = Nodes[i].Address, TlsPins = [new(SubjectKeyPin.Of(Nodes[i].Certificate))] });
        var administrator = _administrator.PublicKey.Bytes.ToArray();
        var (bytes, signature, roster) = Sign(new Roster(default, 1, "fake", [.. nodes], clients, [new("admin", administrator)]));
        Identities.Roster = roster;
        Options = new()
        {
            Roster = bytes,
            RosterSignature = signature,
            AdministratorKey = administrator,
            Signer = signer,
            TlsCertificate = tls,
            TrustedAuthorities = [Certificates.Root],
            AttemptTimeout = TimeSpan.FromSeconds(3), // a first connection on a busy machine takes its time
            SigningTimeout = TimeSpan.FromSeconds(16),
        };
    }

    /// <summary>The roster's bytes and the administrator's signature over them.</summary>
    public (byte[] Bytes, byte[] Signature, Roster Roster) Sign(Roster roster)
    {
        var bytes = RosterDocument.Write(roster);
        Assert.True(RosterDocument.TryParse(bytes, out var read, out var errors), string.Join("; ", errors));
        var signature = _administrator.Sign(DocumentSignature.Message(DocumentKind.Roster, read.Cluster, read.Hash));
        return (bytes, new DocumentSignature(DocumentKind.Roster, read.Hash, "admin", signature).Write(), read);
    }
}
