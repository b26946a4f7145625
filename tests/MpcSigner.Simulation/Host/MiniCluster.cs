using System.Security.Cryptography;
using System.Text;
using MpcSigner.Chains.Solana;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Policy;
using MpcSigner.Policy.Rules;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Host;

/// <summary>A cluster ready to be asked: n nodes, one client, a policy that lets SOL flow to one address book. What tests and the simulation begin with.</summary>
public sealed class MiniCluster : IDisposable
{
    public const ulong Ceiling = 1_000_000;

    private readonly IdentityKey _clientKey;
    private readonly SeededSource _later;
    private readonly List<SimulatedNode> _prepared = [];
    private int _requests;

    public MiniCluster(int nodes, string seed = "seed", MachineSettings? settings = null, bool start = true, bool pairsAtStart = false,
        Func<Roster, Roster>? change = null)
    {
        var source = new SeededSource(seed + "/setup");
        Administrators = new(seed);
        List<(RosterNode Roster, IdentityKey Key, Digest32 Tls)> made = [];
        for (var i = 0; i < nodes; i++)
        {
            var key = IdentityKey.Generate(source);
            var tls = new Digest32(source.Bytes(32));
            made.Add((new(key.PublicKey.ToNodeId(), $"node-{(char)('a' + i)}", key.PublicKey.Bytes.ToArray(), [tls], $"node-{i}:1"), key, tls));
        }
        _clientKey = IdentityKey.Generate(source);
        _later = new(seed + "/later");
        Client = new(SHA256.HashData(_clientKey.PublicKey.Bytes));
        var roster = new Roster(
            new(SHA256.HashData(Encoding.UTF8.GetBytes(seed))), 1, "mini", [.. made.Select(node => node.Roster).OrderBy(node => node.Nid)],
            [new(Client, "wallet", _clientKey.PublicKey.Bytes.ToArray(), [new(source.Bytes(32))], MayCreateKeys: true)], Administrators.Roster)
        {
            Quorum = Administrators.Quorum,
        };
        Destination = new(source.Bytes(32));
        Cluster = new(seed, change?.Invoke(roster) ?? roster, Policy(seed), WithPairs(settings ?? new(), pairsAtStart));
        foreach (var (node, key, tls) in made)
            Cluster.Add(new(Cluster, node, key, tls));
        // In the order they were made, so that node 0 has pid 1.
        Nodes = [.. made.Select(node => Cluster.Node(node.Roster.Nid))];
        if (!start)
            return;
        foreach (var node in Nodes)
            node.Start();
        Cluster.Time.Run(TimeSpan.FromMilliseconds(500));
    }

    private static MachineSettings WithPairs(MachineSettings settings, bool atStart) => settings with { Pairs = settings.Pairs with { AtStart = atStart } };

    public SimulatedCluster Cluster { get; }

    public IReadOnlyList<SimulatedNode> Nodes { get; }

    public ClientId Client { get; }

    public AdministratorId AdministratorId => new(SHA256.HashData(Administrators[0].PublicKey.Bytes));

    public Administrators Administrators { get; }

    /// <summary>The one destination that the policy allows.</summary>
    public SolanaAddress Destination { get; }

    public DateTimeOffset Now => Cluster.Epoch + Cluster.Time.Now;

    /// <summary>SOL up to a ceiling to the address book, raw bytes for keys made for them; everything else is denied.</summary>
    public ClusterPolicy Policy(string name, bool deny = false) => new(
        new(SHA256.HashData(Encoding.UTF8.GetBytes(name + "/policy"))), 1, null,
        new Dictionary<string, IReadOnlySet<string>> { ["friends"] = new HashSet<string> { Destination.ToString() } },
        deny ? [] :
        [
            new SigningRule.Allow(Rule("pay-friends"))
            {
                Clients = [new ClientSelector.Any()], Keys = [new KeySelector.Any()], Payloads = [PayloadKind.SolanaTransaction],
                Destinations = new AddressSelector.Books(["friends"]), Amounts = [new("SOL", new Amount(Ceiling))],
            },
            new SigningRule.Allow(Rule("raw"))
            {
                Clients = [new ClientSelector.Any()], Keys = [new KeySelector.Any()], Payloads = [PayloadKind.Raw], Opaque = true,
            },
        ],
        [
            new CreationRule.Allow(Rule("make-keys"))
            {
                Clients = [new ClientSelector.Any()], Suites = [.. Enum.GetValues<Suite>().Where(suite => suite != Suite.None)],
                Usages = [KeyUsage.Transactions, KeyUsage.TransactionsAndRaw], MaxParties = 16,
            },
        ]);

    public SignedRequest Sign(RequestAction action, string? idempotencyKey = null, Func<RequestBody, RequestBody>? change = null)
    {
        var body = new RequestBody(Cluster.Roster.Cluster, idempotencyKey ?? $"request-{++_requests}",
            DateTimeOffset.FromUnixTimeMilliseconds(Now.ToUnixTimeMilliseconds()), DateTimeOffset.FromUnixTimeMilliseconds(Now.AddHours(1).ToUnixTimeMilliseconds()), "", action);
        var bytes = new RequestBodyCodec().Encode(change is null ? body : change(body));
        return new(bytes, Client, _clientKey.Sign(RequestStatements.ClientRequest(bytes)));
    }

    /// <summary>An order of the administrators.</summary>
    public SignedOrder Order(RequestAction action, int signers = Administrators.Quorum) => Administrators.Sign(new(
        Cluster.Roster.Cluster, $"order-{++_requests}", DateTimeOffset.FromUnixTimeMilliseconds(Now.ToUnixTimeMilliseconds()),
        DateTimeOffset.FromUnixTimeMilliseconds(Now.AddHours(1).ToUnixTimeMilliseconds()), "", action), signers);

    /// <summary>What a node answers an administrator.</summary>
    public AdministratorReply Tell(SimulatedNode node, AdministratorCall body, double seconds = 60)
    {
        var call = Cluster.Call(node, Administrators.Roster[0].Id, body);
        return Cluster.Time.RunUntil(() => Cluster.AdministratorAnswers.ContainsKey(call), TimeSpan.FromSeconds(seconds))
            ? Cluster.AdministratorAnswers[call]
            : throw new TimeoutException($"call {call.Value} was not answered in {seconds} virtual seconds");
    }

    /// <summary>Has a node run an order, and waits for its end.</summary>
    internal MaintenanceOutcome Maintain(SimulatedNode node, SignedOrder order, double seconds = 120)
    {
        var running = node.Run(order);
        if (running.Refusal is { } refusal)
            return new MaintenanceOutcome.Refused(refusal);
        if (!Cluster.Time.RunUntil(() => running.Outcome is not null, TimeSpan.FromSeconds(seconds)))
            throw new TimeoutException($"the order did not end in {seconds} virtual seconds");
        return running.Outcome!;
    }

    /// <summary>A node's row in use, null when it knows the key not at all.</summary>
    public static KeyRow? RowOf(SimulatedNode node, KeyId key) => ((StoreAnswer.Key)node.Store.Read([new StoreQuery.FindKey(key)])[0]).Row;

    public RequestAction.CreateKeys Creation(int t, int n, int count = 1, KeyUsage usage = KeyUsage.Transactions, Suite suite = Suite.FrostEd25519) => new(
        suite, t, [.. Nodes.Take(n).Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid))], count, [], usage);

    /// <summary>A transfer of SOL that the policy allows, or denies when it is above the ceiling.</summary>
    public RequestAction.Sign Transfer(KeyRecord key, ulong lamports = 1_000, SolanaAddress? to = null) => new(
        key.KeyId, [], PayloadKind.SolanaTransaction,
        SolanaTransferMessage.Build(new(key.PublicKey.Span), to ?? Destination, lamports, new(SHA256.HashData(BitConverter.GetBytes(lamports)))));

    public CallId Submit(SimulatedNode node, SignedRequest request, TimeSpan? timeout = null) =>
        Cluster.Call(node, request.Client, new ClientCall.Submit(request), timeout);

    /// <summary>A roster with the signatures of the quorum.</summary>
    public SignedRoster Signed(Roster roster) => Cluster.Rosters.Sign(roster, Administrators[0], Administrators[1]);

    public AdministratorReply Apply(SimulatedNode node, Roster roster) => Apply(node, Signed(roster));

    /// <summary>Gives a node a roster and runs until it has answered.</summary>
    public AdministratorReply Apply(SimulatedNode node, SignedRoster signed)
    {
        var call = Cluster.Call(node, AdministratorId, new AdministratorCall.ApplyRoster(signed.Bytes, signed.Signatures));
        return Cluster.Time.RunUntil(() => Cluster.AdministratorAnswers.ContainsKey(call), TimeSpan.FromSeconds(10))
            ? Cluster.AdministratorAnswers[call]
            : throw new TimeoutException("the roster was neither accepted nor refused");
    }

    /// <summary>A node that no roster names yet; it is not started.</summary>
    public (SimulatedNode Node, RosterNode Entry) Prepare(string name)
    {
        var (key, tls) = (IdentityKey.Generate(_later), new Digest32(_later.Bytes(Digest32.Size)));
        var entry = new RosterNode(key.PublicKey.ToNodeId(), name, key.PublicKey.Bytes.ToArray(), [tls], $"{name}:1");
        var node = new SimulatedNode(Cluster, entry, key, tls);
        Cluster.Add(node);
        _prepared.Add(node);
        return (node, entry);
    }

    /// <summary>Another identity key, put on a node's disk where one is named.</summary>
    public IdentityKey NewIdentity(SimulatedNode? node = null)
    {
        var key = IdentityKey.Generate(_later);
        node?.AddIdentity(key);
        return key;
    }

    /// <summary>Replaces the traffic by a scripted one, which remembers effects from here on.</summary>
    public ScriptedTraffic Script()
    {
        var script = new ScriptedTraffic();
        Cluster.Traffic = script;
        return script;
    }

    /// <summary>No node has halted: nothing contradicted a disk.</summary>
    public bool IsSound => Nodes.All(node => node.HaltReason is null);

    /// <summary>Runs until the call is answered.</summary>
    public ClientReply Await(CallId call, double seconds = 120)
    {
        if (!Cluster.Time.RunUntil(() => Cluster.Answers.ContainsKey(call), TimeSpan.FromSeconds(seconds)))
            throw new TimeoutException($"call {call.Value} was not answered in {seconds} virtual seconds");
        return Cluster.Answers[call];
    }

    public ClientReply Ask(SimulatedNode node, SignedRequest request) => Await(Submit(node, request));

    public IReadOnlyList<KeyRow> CreateKeys(int t, int n, int count = 1, KeyUsage usage = KeyUsage.Transactions, Suite suite = Suite.FrostEd25519) =>
        Ask(Nodes[0], Sign(Creation(t, n, count, usage, suite))) switch
        {
            ClientReply.KeysCreated created => created.Keys,
            ClientReply.Refused refused => throw new InvalidOperationException(refused.Error.ToString()),
            _ => throw new InvalidOperationException("neither keys nor a refusal"),
        };

    /// <summary>Ends all processes and wipes all secrets.</summary>
    public void Dispose()
    {
        foreach (var node in Nodes.Concat(_prepared))
            node.Dispose();
        _clientKey.Dispose();
        Administrators.Dispose();
    }

    private static RuleId Rule(string name) => RuleId.TryParse(name, out var id) ? id : throw new ArgumentException(name);
}
