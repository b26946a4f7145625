using System.Security.Cryptography;
using MpcSigner.Client.Administration;
using MpcSigner.Client.Configuration;
using MpcSigner.Client.Errors;
using MpcSigner.Client.Status;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Rosters;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Client;

/// <summary>
/// What a security team does with a cluster: composes orders from what the nodes can prove, has administrators sign them, gives them to nodes and watches.
/// No single node's word decides what an order starts from: records count only with the certificate of all their parties.
/// </summary>
/// <remarks>Safe for concurrent use. Composing and submitting are apart, so that administrators can sign one after the other, on machines that reach no node.</remarks>
public sealed class MpcSignerAdministrator : IAsyncDisposable
{
    private readonly MpcSignerAdministratorOptions _options;
    private readonly Roster _roster;
    private readonly AdministratorConnections _nodes;
    private readonly OrderSigning _signing;
    private readonly KeySurvey _survey;
    private readonly JobCalls _jobs;
    private readonly MaintenanceReports _reports;
    private readonly EvidenceCalls _evidence;

    private MpcSignerAdministrator(MpcSignerAdministratorOptions options, RosterHistory history)
    {
        var roster = history.Roster;
        _options = options;
        _roster = roster;
        _nodes = new(roster, options);
        _signing = new(roster, options.Signers);
        _survey = new(roster, new KeyVerifier(roster, new RequestBodyCodec(), history.Creators), _nodes);
        _jobs = new(roster, _nodes);
        _reports = new(roster, _nodes, _survey);
        _evidence = new(roster, _nodes);
        Nodes = [.. roster.Nodes.Select(StatusMapping.Of)];
    }

    /// <value>64 hexadecimal digits.</value>
    public string ClusterId => _roster.Cluster.ToString();

    /// <value>The nodes of the roster that this tool was given.</value>
    public IReadOnlyList<ClusterNode> Nodes { get; }

    public uint RosterVersion => _roster.Version;

    /// <value>64 hexadecimal digits.</value>
    public string RosterHash => _roster.Hash.ToString();

    /// <value>How many administrators must sign an order.</value>
    public int Quorum => _roster.Quorum;

    /// <value>Between an order to destroy and the deed, at least.</value>
    public TimeSpan DestructionDelay => _roster.DestructionDelay;

    /// <value>Names of the administrators whose keys are at hand.</value>
    public IReadOnlyList<string> Signers => [.. _signing.Known.Select(s => s.Administrator.Name)];

    /// <summary>Checks roster and credentials; calls no node.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: roster, signature, certificate or a key is wrong.</exception>
    public static MpcSignerAdministrator Create(MpcSignerAdministratorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.ThrowIfWrong(options);
        var history = RosterHistory.Read(options.Roster, options.RosterSignature, options.AdministratorKey, options.RosterUpdates);
        var roster = history.Roster;
        if (options.TlsCertificate is { } certificate)
        {
            var pin = new Digest32(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
            if (!roster.Administrators.Any(a => a.TlsPins.Contains(pin)))
                throw Failures.Configuration($"Roster version {roster.Version} pins the TLS key {pin} for no administrator.", "Use an administrator's certificate, or have the roster pin this one.");
        }
        return new(options, history);
    }

    /// <summary>The keys as the nodes show them, ascending by id.</summary>
    public Task<IReadOnlyList<KeyStatus>> GetKeysAsync(KeySelection keys, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _reports.KeysAsync(keys, cancellation);
    }

    /// <summary>Orders that give the same nodes new shares. All parties of every key must hold the present ones.</summary>
    /// <param name="via">Name of the node that is to run the job, where it is a party; null to choose.</param>
    /// <exception cref="MpcSignerException">TOO_FEW_NODES names who is missing and why; UNKNOWN_KEY; NOT_VERIFIED.</exception>
    public Task<JobFile> ComposeRefreshAsync(KeySelection keys, string? via = null, CancellationToken cancellation = default) =>
        ComposeAsync(keys, via, $"refresh {keys}", (planner, found) => planner.Refresh(found), cancellation);

    /// <summary>Orders that hand keys to other nodes, or to another number of them.</summary>
    /// <exception cref="MpcSignerException">BAD_THRESHOLD, BAD_PARTICIPANTS; as for a refresh.</exception>
    public Task<JobFile> ComposeReshareAsync(KeySelection keys, ReshareTarget target, string? via = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return ComposeAsync(keys, via, $"reshare {keys} to {target.Threshold} of {target.Nodes.Count}", (planner, found) => planner.Reshare(found, target), cancellation);
    }

    /// <summary>Orders that rebuild a node's shares, by t others that do not see them.</summary>
    /// <param name="node">Its name; it must run.</param>
    /// <param name="keys">Of that node; null for those that it says it lacks.</param>
    /// <param name="helpers">Names of exactly t other parties; empty to choose.</param>
    /// <param name="thenRefresh">Whether each batch is refreshed once it is recovered: what the node may have lost to others is then worthless.</param>
    /// <returns>Null if <paramref name="keys"/> is null and the node lacks none.</returns>
    /// <exception cref="MpcSignerException">TOO_FEW_NODES, BAD_PARTICIPANTS, UNKNOWN_KEY.</exception>
    public async Task<JobFile?> ComposeRecoveryAsync(
        string node, KeySelection? keys, IReadOnlyList<string> helpers, bool thenRefresh, string? via = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(helpers);
        var recovered = Names.Node(_roster, node);
        return await TryComposeAsync(keys ?? KeySelection.HeldBy(node), via, $"recover node {node}", (planner, found) =>
            planner.Recover(keys is null ? found.Where(k => !k.Holders.Contains(recovered.Nid)) : found, recovered, helpers, thenRefresh), cancellation).ConfigureAwait(false)
            ?? (keys is null ? null : throw Failures.NoKeys(keys));
    }

    /// <summary>Orders that erase keys at every node, for ever, after the roster's delay.</summary>
    /// <param name="notBefore">No node erases before; null for as early as the roster allows.</param>
    public async Task<JobFile> ComposeDestructionAsync(KeySelection keys, DateTimeOffset? notBefore = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var survey = await _survey.RunAsync(keys, cancellation).ConfigureAwait(false);
        var writer = Writer();
        var earliest = writer.Issued + _roster.DestructionDelay;
        if (notBefore < earliest)
            throw Failures.Malformed($"Keys are to be destroyed from {notBefore:u} on; the roster's delay allows it from {earliest:u} on.", "Choose a later time, or none.");
        if (survey.Keys.Count == 0)
            throw Failures.NoKeys(keys);
        var commands = survey.Keys.Select(k => k.Id).Chunk(Core.Keys.KeyLimits.MaxBatch)
            .Select(chunk => new FiledCommand("", writer.Write(new AdministratorAction.Destroy(chunk, notBefore ?? earliest), "destroy")));
        return new(_roster.Cluster, $"destroy {keys}", [], [.. commands]);
    }

    /// <summary>Calls a destruction off that has not happened yet; one administrator is enough.</summary>
    /// <param name="order">H(order) of the destruction, 64 hexadecimal digits.</param>
    public JobFile ComposeCancelDestruction(string order) =>
        Command("", $"cancel destruction {order}", new AdministratorAction.CancelDestruction(Digest("an order", order)));

    /// <summary>Stops a job before its next order; one administrator is enough.</summary>
    public JobFile ComposeCancelJob(string job, string node) =>
        Command(Names.Node(_roster, node).Name, $"cancel job {job}", new AdministratorAction.CancelJob(Digest("a job", job)));

    /// <summary>Ends an attempt that is stuck, at one node.</summary>
    /// <param name="order">H(order) of the attempt, 64 hexadecimal digits.</param>
    public JobFile ComposeEndAttempt(string order, AttemptEnding how, string node) => Command(Names.Node(_roster, node).Name, $"end attempt {order}",
        new AdministratorAction.EndAttempt(Digest("an order", order), how switch
        {
            AttemptEnding.Abandon => AttemptEnd.Abandon,
            AttemptEnding.RollBack => AttemptEnd.RollBack,
            AttemptEnding.EraseOld => AttemptEnd.EraseOld,
        }));

    /// <summary>Adds the signatures of the keys at hand to every order that lacks some.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION, UNKNOWN_ADMINISTRATOR, WRONG_CLUSTER.</exception>
    public async Task<JobFile> SignAsync(JobFile file, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (_signing.Known.Count == 0)
            throw Failures.Configuration("No administrator's signing key is at hand.", $"Give a folder with {AdministratorFolder.SigningKey}.");
        Dictionary<SignedOrder, SignedOrder> signed = new(ReferenceEqualityComparer.Instance);
        foreach (var order in file.AllOrders)
            signed[order] = await _signing.SignAsync(order, cancellation).ConfigureAwait(false);
        return file.WithOrders(order => signed[order]);
    }

    /// <summary>How many signatures are missing before nodes take the file; 0 when it is ready.</summary>
    public int MissingSignatures(JobFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.AllOrders.Max(_signing.Missing);
    }

    /// <summary>Gives the jobs of a file to their nodes. Given again, they are the same jobs.</summary>
    /// <param name="node">Name of another node that is to run them: one that takes part in all of their orders. Null for the file's.</param>
    /// <exception cref="MpcSignerException">TOO_FEW_SIGNATURES and every refusal of the nodes.</exception>
    public async Task<IReadOnlyList<JobStatus>> SubmitAsync(JobFile file, string? node = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (var order in file.AllOrders)
            _signing.RequireSigned(order);
        return await _jobs.SubmitAsync(file, node, cancellation).ConfigureAwait(false);
    }

    /// <summary>The job at every change, until it has ended.</summary>
    public IAsyncEnumerable<JobStatus> WatchAsync(string job, string node, CancellationToken cancellation = default) =>
        _jobs.WatchAsync(Digest("a job", job), Names.Node(_roster, node), cancellation);

    /// <summary>A job with what its steps order.</summary>
    /// <param name="node">Where it runs; null to ask all.</param>
    public Task<JobStatus> GetJobAsync(string job, string? node = null, CancellationToken cancellation = default) =>
        _jobs.GetAsync(Digest("a job", job), node is null ? null : Names.Node(_roster, node), cancellation);

    /// <summary>The jobs of all nodes that answer, newest first.</summary>
    public Task<Collected<JobStatus>> ListJobsAsync(CancellationToken cancellation = default) => _jobs.ListAsync(cancellation);

    /// <summary>A job as a file again, to be given to another node.</summary>
    public Task<JobFile> ExportJobAsync(string job, string node, CancellationToken cancellation = default) =>
        _jobs.ExportAsync(Digest("a job", job), Names.Node(_roster, node), cancellation);

    /// <summary>Maintenance that is not over somewhere: who has not acknowledged, whose DONE is missing.</summary>
    public Task<Collected<MaintenanceStatus>> ListOperationsAsync(CancellationToken cancellation = default) => _reports.OperationsAsync(cancellation);

    /// <summary>Destructions with their attestations, verified, and where old shares may remain.</summary>
    public Task<IReadOnlyList<DestructionStatus>> ListDestructionsAsync(CancellationToken cancellation = default) => _reports.DestructionsAsync(cancellation);

    /// <summary>What nodes keep to prove that others cheated.</summary>
    /// <param name="node">Whose list; null for all that answer.</param>
    public Task<EvidenceList> ListEvidenceAsync(string? node = null, CancellationToken cancellation = default) =>
        _evidence.ListAsync(node is null ? null : Names.Node(_roster, node), cancellation);

    /// <summary>An evidence file, byte for byte: its SHA-256 is <paramref name="id"/>.</summary>
    /// <param name="node">Which keeps it; null to ask all.</param>
    /// <exception cref="MpcSignerException">UNKNOWN_EVIDENCE; NOT_VERIFIED: a node gave something else.</exception>
    public Task<byte[]> DownloadEvidenceAsync(string id, string? node = null, CancellationToken cancellation = default) =>
        _evidence.DownloadAsync(Digest("evidence", id), node is null ? null : Names.Node(_roster, node), cancellation);

    /// <summary>The newest roster of each node.</summary>
    public Task<IReadOnlyList<RosterAtNode>> GetRostersAsync(CancellationToken cancellation = default) => _reports.RostersAsync(cancellation);

    /// <summary>Versions from <paramref name="from"/> on that a node has accepted, unverified.</summary>
    public IAsyncEnumerable<RosterVersionBytes> DownloadRostersAsync(string node, uint from, CancellationToken cancellation = default) =>
        _reports.DownloadRostersAsync(Names.Node(_roster, node), from, cancellation);

    /// <summary>Makes the next version of the roster and has the keys at hand sign it; gives it to nobody yet.</summary>
    /// <exception cref="MpcSignerException">ROSTER_REFUSED says why it cannot follow the present one; TOO_FEW_SIGNATURES.</exception>
    public Task<SignedRoster> MakeRosterAsync(RosterEdit edit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return new RosterMaking(_roster, _signing).MakeAsync(edit, cancellation);
    }

    /// <summary>Gives the next version of the roster to a node, which passes it on.</summary>
    /// <param name="signatures">Document signatures (YAML), as many as the version before asks for.</param>
    public Task ApplyRosterAsync(string node, ReadOnlyMemory<byte> roster, IReadOnlyList<ReadOnlyMemory<byte>> signatures, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return _jobs.ApplyRosterAsync(Names.Node(_roster, node), roster, signatures, cancellation);
    }

    /// <summary>What every node says of itself.</summary>
    public Task<IReadOnlyList<NodeState>> GetStatusAsync(CancellationToken cancellation = default) => _reports.StatusAsync(cancellation);

    /// <summary>Closes the connections. Signers and certificate stay their owner's.</summary>
    public ValueTask DisposeAsync()
    {
        _nodes.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JobFile> ComposeAsync(
        KeySelection keys, string? via, string title, Func<MaintenancePlanner, IReadOnlyList<SurveyedKey>, IEnumerable<PlannedStep>> plan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return await TryComposeAsync(keys, via, title, plan, cancellation).ConfigureAwait(false) ?? throw Failures.NoKeys(keys);
    }

    /// <summary>Null if nothing is to be done.</summary>
    private async Task<JobFile?> TryComposeAsync(
        KeySelection keys, string? via, string title, Func<MaintenancePlanner, IReadOnlyList<SurveyedKey>, IEnumerable<PlannedStep>> plan, CancellationToken cancellation)
    {
        NodeId? coordinator = via is null ? null : Names.Node(_roster, via).Nid;
        var survey = await _survey.RunAsync(keys, cancellation).ConfigureAwait(false);
        if (survey.Keys.FirstOrDefault(k => k.Destroyed) is { } destroyed && keys.Ids.Count > 0)
            throw new MpcSignerException(FailureKind.Invalid, "KEY_DESTROYED", $"Key {destroyed.Id} was destroyed.", "Name other keys.", []);
        var planner = new MaintenancePlanner(_roster, Writer(), survey.Silent, via);
        var steps = plan(planner, [.. survey.Keys.Where(k => !k.Destroyed)]).ToList();
        if (steps.Count == 0)
            return null;
        var jobs = JobBuilder.Build(_roster, steps, coordinator);
        return new(_roster.Cluster, title, [.. jobs.Select(j => new FiledJob(Names.Of(_roster, j.Coordinators[0]), j.Steps))], []);
    }

    private OrderWriter Writer() => new(_roster.Cluster, _options.Time.GetUtcNow(), _options.OrderLife);

    private JobFile Command(string node, string title, AdministratorAction action) => new(_roster.Cluster, title, [], [new(node, Writer().Write(action, ""))]);

    /// <param name="what">With its article.</param>
    private static Digest32 Digest(string what, string text) => Digest32.TryParse(text, out var digest)
        ? digest : throw Failures.Malformed($"'{text}' is no id of {what}.", "It has 64 hexadecimal digits: copy it from a list.");
}

/// <summary>How an attempt is ended at a node.</summary>
public enum AttemptEnding
{
    /// <summary>A node without the certificate never activates the attempt; one with it keeps it.</summary>
    Abandon = 1,

    /// <summary>A node that has activated goes back to its sealed old shares.</summary>
    RollBack = 2,

    /// <summary>Old shares are erased although not every party has said DONE.</summary>
    EraseOld = 3,
}
