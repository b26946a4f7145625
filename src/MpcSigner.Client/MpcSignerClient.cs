using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Configuration;
using MpcSigner.Client.Errors;
using MpcSigner.Client.Keys;
using MpcSigner.Client.Signing;
using MpcSigner.Client.Status;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Verification.Keys;
using MpcSigner.Verification.Signatures;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client;

/// <summary>
/// Makes keys and signatures with a cluster of signer nodes, and believes none of them: every key is accepted only with its commit
/// certificate, every signature only if it verifies, and the roster only under the administrator's signature.
/// </summary>
/// <remarks>Safe for concurrent use; one client serves a whole process. A call that one node cannot answer goes to the next, as the same request.</remarks>
public sealed class MpcSignerClient : IAsyncDisposable
{
    private const int PageSize = 500;

    /// <summary>A status is asked of people waiting at a terminal.</summary>
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CreationPerKey = TimeSpan.FromMilliseconds(200);

    private readonly MpcSignerClientOptions _options;
    private readonly Roster _roster;
    private readonly ClientId _self;
    private readonly IReadOnlyList<NodeConnection> _nodes;
    private readonly KeyVerifier _verifier;
    private readonly RequestComposer _composer;
    private readonly Failover _failover;
    private readonly KeyCache _keys = new();

    /// <summary>Index of the node that answered last: it is asked first.</summary>
    private int _preferred;

    private MpcSignerClient(MpcSignerClientOptions options, RosterHistory history, ClientId self)
    {
        var roster = history.Roster;
        _options = options;
        _roster = roster;
        _self = self;
        _verifier = new(roster, new RequestBodyCodec(), history.Creators);
        _composer = new(roster, self, options);
        _failover = new(options.Time);
        var credential = new ConnectionCredential(options.TlsCertificate, options.TrustedAuthorities, options.Time, NodeConnection.MaxClientBytes);
        _nodes = [.. roster.Nodes.Select(n => new NodeConnection(n, credential))];
        Nodes = [.. roster.Nodes.Select(StatusMapping.Of)];
        _preferred = options.PreferredNode is null ? 0 : roster.Nodes.ToList().FindIndex(n => n.Name == options.PreferredNode);
    }

    /// <value>64 hexadecimal digits: SHA-256 of the first roster.</value>
    public string ClusterId => _roster.Cluster.ToString();

    /// <value>This client's id in the roster, 64 hexadecimal digits.</value>
    public string ClientId => _self.ToString();

    /// <value>The roster's nodes.</value>
    public IReadOnlyList<ClusterNode> Nodes { get; }

    /// <summary>Checks roster and credentials, and that at least one node answers.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: roster, signature or credential is wrong. UNREACHABLE: no node answered.</exception>
    public static async Task<MpcSignerClient> ConnectAsync(MpcSignerClientOptions options, CancellationToken cancellation = default)
    {
        var client = Create(options);
        try
        {
            var budget = new CallBudget(client._options.SigningTimeout, StatusTimeout);
            await client.AnswerAsync(client._nodes, budget, async (node, call) => await node.Status.GetStatusAsync(new(), call), cancellation).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>As <see cref="ConnectAsync"/>, but asks no node yet: for <see cref="GetStatusAsync"/> of a cluster that may be down.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: roster, signature or credential is wrong.</exception>
    public static MpcSignerClient Create(MpcSignerClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.ThrowIfWrong(options);
        var history = RosterHistory.Read(options.Roster, options.RosterSignature, options.AdministratorKey, options.RosterUpdates);
        var roster = history.Roster;
        if (!Ed25519PublicKey.TryDecode(options.Signer.PublicKey.Span, out _))
            throw Failures.Configuration("The request signer's public key is no valid Ed25519 key.", "Check the signer.");
        if (options.PreferredNode is { } preferred && roster.Nodes.All(n => n.Name != preferred))
            throw Failures.Configuration($"The roster has no node {preferred}.", $"Its nodes are {string.Join(", ", roster.Nodes.Select(n => n.Name))}.");
        var entry = roster.Clients.FirstOrDefault(c => c.SigningKey.Span.SequenceEqual(options.Signer.PublicKey.Span));
        if (entry is null)
            throw Failures.Configuration("The roster knows no client with this signing key.", "Use the key that the roster names, or have the administrator add this client.");
        if (!entry.TlsPins.Any(pin => pin == new Digest32(SHA256.HashData(options.TlsCertificate.PublicKey.ExportSubjectPublicKeyInfo()))))
            throw Failures.Configuration($"The roster pins another TLS key for client {entry.Name} than that of this certificate.", "Use the certificate whose key the roster pins.");
        return new(options, history, entry.Id);
    }

    /// <summary>Makes keys together with the nodes, and verifies each key's certificate against the roster and this very request.</summary>
    /// <param name="progress">Called as the nodes report; may be null.</param>
    /// <returns>The keys in the order of the batch.</returns>
    /// <exception cref="MpcSignerException">NOT_VERIFIED if a node answers with anything but the keys ordered. A failed creation is final: ask anew with another idempotency key.</exception>
    public async Task<IReadOnlyList<SigningKey>> CreateKeysAsync(
        CreateKeysRequest request, IProgress<KeyCreationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = KeyCreation.Asked(_roster, request);
        var composed = await _composer.ComposeAsync(asked, request.IdempotencyKey, request.IssuedAt, request.Note, cancellation).ConfigureAwait(false);
        var order = new CreationOrder(composed.Signed.Body.Span, _self, asked);
        var creation = new KeyCreation(_roster, _verifier, order, composed.Signed, progress);
        var total = _options.CreationTimeout + CreationPerKey * asked.Count;
        var parties = asked.Parties.Select(p => p.Nid).ToHashSet();
        var keys = await AnswerAsync([.. _nodes.Where(n => parties.Contains(n.Node.Nid))], new(total, total), creation.RunAsync, cancellation).ConfigureAwait(false);
        foreach (var (key, verified) in keys)
            _keys.Add(key, verified);
        return [.. keys.Select(k => k.Key)];
    }

    /// <summary>Has a payload signed and verifies the signature from the payload's own bytes.</summary>
    /// <exception cref="MpcSignerException">POLICY_DENIED with each node's reason; TOO_FEW_NODES naming those that are down; NOT_VERIFIED if the answer is no signature of the key.</exception>
    public async Task<SignResult> SignAsync(SignRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (key, verified) = await FindKeyAsync(request.KeyId, cancellation).ConfigureAwait(false);
        if (verified is null)
            throw new MpcSignerException(FailureKind.Unavailable, "KEY_PENDING", $"Key {key.Id} is not certified by all of its nodes yet.", "Wait until its nodes reach each other, then try again.", []);
        if (!DerivationPath.TryParse(request.Path, out var path, out var badPath))
            throw Failures.From(badPath);
        var action = new RequestAction.Sign(verified.Record.KeyId, path, request.Payload.Kind, request.Payload.Bytes)
        {
            Taproot = TaprootSpend.OutputOf(request.Taproot, verified.Record.Suite),
        };
        if (!SignatureVerifier.TryFindKey(verified, action, out var signer, out var noKey))
            throw Failures.From(noKey);
        var composed = await _composer.ComposeAsync(action, request.IdempotencyKey, request.IssuedAt, request.Note, cancellation).ConfigureAwait(false);
        var answer = await SignAsync(verified, action, composed.Signed, cancellation).ConfigureAwait(false);
        return new()
        {
            Signature = answer.Signature,
            SignedTransaction = action.Kind == PayloadKind.EvmMessage ? default : answer.Artefact?.Bytes ?? default,
            TransactionId = answer.Artefact?.Id,
            MessageSignature = action.Kind == PayloadKind.EvmMessage ? answer.Artefact?.Bytes ?? default : default,
            Signers = answer.Signers,
            Key = key,
            Path = DerivationPath.Write(path),
            PublicKey = key.Suite == KeySuite.Taproot ? signer.XOnly.ToArray() : signer.PublicKey.Encode(),
            IdempotencyKey = composed.Body.IdempotencyKey,
        };
    }

    /// <summary>Asks the holders that are known; when the key has gone to others since, those that its present record names. The request stays the same.</summary>
    private async Task<SignedAnswer> SignAsync(VerifiedKey key, RequestAction.Sign action, SignedRequest signed, CancellationToken cancellation)
    {
        var known = key;
        while (true)
        {
            try
            {
                var signing = new SigningCall(_roster, known, action, signed);
                var holders = _nodes.Where(n => known.Record.Find(n.Node.Nid) is not null).ToList();
                return await AnswerAsync(holders, new(_options.SigningTimeout, _options.AttemptTimeout), signing.RunAsync, cancellation).ConfigureAwait(false);
            }
            catch (MpcSignerException moved) when (moved.Reason == ReasonCodes.Name(Reason.WrongNode))
            {
                var (_, now) = await FetchKeyAsync(known.Record.KeyId, cancellation).ConfigureAwait(false);
                if (now is null || now.Record.Generation <= known.Record.Generation)
                    throw;
                known = now;
            }
        }
    }

    /// <summary>A key by its id, verified against the roster and the creation that the id is made of: whoever gave this client the id, no node decides what the key is.</summary>
    /// <param name="keyId">64 hexadecimal digits.</param>
    /// <exception cref="MpcSignerException">UNKNOWN_KEY; NOT_VERIFIED if its certificate or anchor does not hold, or the node shows none.</exception>
    public async Task<SigningKey> GetKeyAsync(string keyId, CancellationToken cancellation = default) =>
        (await FetchKeyAsync(ParseKeyId(keyId), cancellation).ConfigureAwait(false)).Key;

    /// <summary>This client's keys that one node knows, ascending by id, each verified as <see cref="GetKeyAsync"/> does and ordered by this client; pending ones without public key.</summary>
    /// <exception cref="MpcSignerException">NOT_VERIFIED if a certificate or anchor does not hold, or another client ordered the key.</exception>
    public async IAsyncEnumerable<SigningKey> ListKeysAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var after = ByteString.Empty;
        do
        {
            var request = new V1.ListKeysRequest { After = after, Limit = PageSize };
            var (node, page) = await AnswerAsync(_nodes, ReadBudget, async (n, call) => (n.Node, await n.Keys.ListKeysAsync(request, call)), cancellation).ConfigureAwait(false);
            var anchors = new ShownAnchors(node);
            foreach (var shown in page.Keys)
            {
                var key = Judge(shown, node, anchors, idIsKnown: false).Key;
                // The list is of own keys: one that another client ordered was put there for somebody to pay to.
                if (key.Standing == KeyStanding.Active && key.Owner != ClientId)
                    throw Failures.NotVerified($"Node {node.Name} lists key {key.Id}, which client {key.Owner} ordered and not this one.");
                yield return key;
            }
            // Ids ascend, so a cursor that does not would have us ask for ever.
            if (!page.Next.IsEmpty && (page.Next.Length != KeyId.Size || page.Next.Span.SequenceCompareTo(after.Span) <= 0))
                throw Failures.NotVerified($"Node {node.Name} answered with a page that does not lead on.");
            after = page.Next;
        }
        while (!after.IsEmpty);
    }

    /// <summary>What every node says of itself. A node that does not answer is part of the result, never an error.</summary>
    public async Task<IReadOnlyList<NodeState>> GetStatusAsync(CancellationToken cancellation = default) =>
        await Task.WhenAll(_nodes.Select(n => StatusOfAsync(n, cancellation))).ConfigureAwait(false);

    /// <summary>Closes the connections. The signer and the certificate stay their owner's.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            node.Dispose();
        return ValueTask.CompletedTask;
    }

    private CallBudget ReadBudget => new(_options.SigningTimeout, _options.AttemptTimeout);

    private async Task<(SigningKey Key, VerifiedKey? Verified)> FindKeyAsync(string keyId, CancellationToken cancellation)
    {
        var id = ParseKeyId(keyId);
        return _keys.Find(id) is { } known ? known : await FetchKeyAsync(id, cancellation).ConfigureAwait(false);
    }

    /// <summary>What one node shows may be spoilt while what the others show is good: one after the other is asked until something holds. Every answer is judged alike, so it does not matter whose it is.</summary>
    private async Task<(SigningKey Key, VerifiedKey? Verified)> FetchKeyAsync(KeyId id, CancellationToken cancellation)
    {
        var request = new V1.GetKeyRequest { KeyId = ByteString.CopyFrom(id.ToArray()) };
        List<NodeConnection> left = [.. _nodes];
        MpcSignerException? spoilt = null;
        while (true)
        {
            NodeConnection node;
            V1.Key answer;
            try
            {
                (node, answer) = await AnswerAsync(left, ReadBudget, async (n, call) => (n, await n.Keys.GetKeyAsync(request, call)), cancellation, Reason.UnknownKey).ConfigureAwait(false);
            }
            catch (MpcSignerException) when (spoilt is not null)
            {
                throw spoilt; // the others know nothing of the key, or do not answer: what was refused is the news
            }
            try
            {
                return answer.KeyId.Span.SequenceEqual(request.KeyId.Span)
                    ? Judge(answer, node.Node, new(node.Node), idIsKnown: true)
                    : throw Failures.NotVerified($"Node {node.Node.Name} was asked for key {id} and answered with another.");
            }
            catch (MpcSignerException refused) when (refused.Kind == FailureKind.NotVerified)
            {
                spoilt ??= refused;
                left.Remove(node);
                if (left.Count == 0)
                    throw spoilt;
            }
        }
    }

    private (SigningKey Key, VerifiedKey? Verified) Judge(V1.Key key, RosterNode from, ShownAnchors anchors, bool idIsKnown)
    {
        var shown = KeyMapping.Read(key, from, anchors);
        var createdAt = Times.Read(key.CreatedAtMs);
        if (key.State == V1.KeyState.Pending)
            return (KeyMapping.Pending(shown, _roster, from, createdAt), null);
        var verdict = _verifier.Verify(shown, idIsKnown);
        if (!verdict.IsValid)
            throw Failures.NotVerified($"Node {from.Name} showed a key that is refused ({verdict.Fault}): {verdict.Detail}");
        // No change of its shares changes a key.
        if (_keys.Find(shown.KeyId) is { } before && !before.Key.PublicKey.Span.SequenceEqual(verdict.Key.Record.PublicKey.Span))
            throw Failures.NotVerified($"Node {from.Name} showed key {shown.KeyId} with another public key than before.");
        var result = KeyMapping.Verified(verdict.Key, shown, _roster, createdAt);
        _keys.Add(result, verdict.Key);
        return (result, verdict.Key);
    }

    private async Task<NodeState> StatusOfAsync(NodeConnection node, CancellationToken cancellation)
    {
        var of = StatusMapping.Of(node.Node);
        try
        {
            return StatusMapping.Read(of, _roster, await node.Status.GetStatusAsync(new(), node.Within(StatusTimeout, cancellation)));
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            return StatusMapping.Silent(of, Failures.DetailOf(e)?.Message ?? Failures.Describe(e).Message);
        }
    }

    /// <summary>Asks the nodes in turn, beginning with the one that answered last.</summary>
    private Task<T> AnswerAsync<T>(
        IReadOnlyList<NodeConnection> nodes, CallBudget budget, Func<NodeConnection, CallOptions, Task<T>> call, CancellationToken cancellation, Reason? alsoElsewhere = null)
    {
        var first = _nodes[Volatile.Read(ref _preferred)];
        return _failover.RunAsync([.. nodes.OrderBy(n => n == first ? 0 : 1)], budget, async (node, options) =>
        {
            var answer = await call(node, options).ConfigureAwait(false);
            Volatile.Write(ref _preferred, _nodes.ToList().IndexOf(node));
            return answer;
        }, cancellation, alsoElsewhere);
    }

    private static KeyId ParseKeyId(string keyId) => KeyId.TryParse(keyId, out var id)
        ? id
        : throw new MpcSignerException(FailureKind.Invalid, "MALFORMED_REQUEST", "A key id has 64 hexadecimal digits.", "Copy it from the creation's answer or from a list of keys.", []);
}
