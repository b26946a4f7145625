using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Services;
using MpcSigner.Node.Start;
using MpcSigner.Node.Unsealing;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Pkcs11.Sessions;
using MpcSigner.Storage.Sqlite;

namespace MpcSigner.Node.Host;

/// <summary>A process's life around its seal: SEALED until the secrets are open, then one machine after the other, TOKEN_LOST between two of them.</summary>
/// <remarks>
/// A machine whose token is lost is given up as in a crash: of what it wanted nothing more is done, what is durable stays, and the next one is another instance, which peers tell from the first. So whatever is
/// promised for crashes holds here. Its secrets stay open meanwhile, as far as they are not in the token.
/// </remarks>
internal sealed class NodeLife(PreparedNode prepared, TokenShelf tokens, NodeWords words, MixedRandomSource random, TimeProvider time, LineLoggerProvider log)
{
    private readonly ILogger _logger = log.CreateLogger("MpcSigner.Node");
    private readonly RosterReader _rosters = new();
    private readonly NodeHealth _health = new(SealStanding.Unsealed);

    /// <exception cref="StartRefusedException">The first step that refuses.</exception>
    public async Task<ExitCode> RunAsync(TextWriter prompt)
    {
        var file = VaultStart.Read(prepared.Directory);
        SqliteNodeStore? store = null;
        var quorums = new List<OperatorSecret>();
        try
        {
            var headers = VaultStart.QuorumsOf(file);
            // Its lock keeps other processes off while this one waits; and it knows the roster in force.
            if (headers.Count > 0 && !File.Exists(prepared.Directory.StorePending))
                store = OpenStore(file.Nid);
            foreach (var header in headers)
            {
                if (await WaitForOperatorsAsync(header, file.Nid, store).ConfigureAwait(false) is not { } secret)
                    return ExitCode.Success;
                quorums.Add(secret);
            }
            using var vault = await WithTokenAsync(file.Nid, store, () => VaultStart.OpenAsync(prepared.Directory, prepared.Options, tokens, quorums, prompt)).ConfigureAwait(false);
            if (vault is null)
                return ExitCode.Success;
            quorums.ForEach(secret => secret.Dispose());
            prepared.RequireFitBeforeStore(vault, time.GetUtcNow());
            if (store is null)
            {
                if (await WithTokenAsync(file.Nid, null, () => CreateStoreAsync(vault)).ConfigureAwait(false) is null)
                    return ExitCode.Success;
                store = OpenStore(file.Nid);
            }
            if (await WithTokenAsync(file.Nid, store, () => AcceptAsync(store, vault)).ConfigureAwait(false) is null)
                return ExitCode.Success;
            return await RunMachinesAsync(vault, store).ConfigureAwait(false);
        }
        finally
        {
            quorums.ForEach(secret => secret.Dispose());
            if (store is not null)
                await store.DisposeAsync().ConfigureAwait(false);
        }
    }

    private SqliteNodeStore OpenStore(NodeId nid) => StoreStart.OpenExisting(prepared.Directory, new(prepared.Documents.Roster.Cluster, nid), time);

    /// <summary>On a thread that may wait for the token.</summary>
    private Task<NodeVault> CreateStoreAsync(NodeVault vault) => Task.Run(() =>
    {
        StoreStart.CreateIfPending(prepared.Directory, prepared.Documents.Roster.Cluster, vault, random, time, _logger);
        return vault;
    });

    /// <inheritdoc cref="CreateStoreAsync"/>
    private Task<NodeVault> AcceptAsync(SqliteNodeStore store, NodeVault vault) => Task.Run(async () =>
    {
        await StoreStart.AcceptAsync(prepared.Directory, store, vault, random, _logger).ConfigureAwait(false);
        return vault;
    });

    /// <summary>A step of the start, waiting for a token that is away. A wrong or locked PIN, a wrong passphrase, a key that is gone: refused, and not tried again.</summary>
    /// <param name="store">Open; null: not yet, and <paramref name="step"/> leaves it so.</param>
    /// <returns>Null: the process was asked to stop.</returns>
    private async Task<NodeVault?> WithTokenAsync(NodeId nid, SqliteNodeStore? store, Func<Task<NodeVault>> step)
    {
        StartRefusedException lost;
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (StartRefusedException e) when (e.InnerException is VaultException { IsTokenLost: true })
        {
            lost = e;
        }
        var known = store ?? (File.Exists(prepared.Directory.StorePending) ? null : OpenStore(nid));
        try
        {
            return await WaitForTokenAsync(nid, known, lost.InnerException!.Message, (said, stop) => new TokenWait(time).UntilAsync<NodeVault>(async () =>
            {
                try
                {
                    return (await step().ConfigureAwait(false), null);
                }
                catch (StartRefusedException e) when (e.InnerException is VaultException { IsTokenLost: true } still)
                {
                    return (null, still.Message);
                }
            }, said, stop)).ConfigureAwait(false);
        }
        finally
        {
            if (store is null && known is not null)
                await known.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<ExitCode> RunMachinesAsync(NodeVault vault, SqliteNodeStore store)
    {
        var needed = NeededTokens();
        await using var randomness = needed is [var first, ..]
            ? new TokenRandomness(first.Description.Label, span => first.FillRandom(span, prepared.Options.Hsm?.Timeout ?? HsmOptions.DefaultTimeout), random, time, _logger)
            : null;
        if (randomness is not null)
            await randomness.StartAsync().ConfigureAwait(false);
        while (true)
        {
            var (end, reason) = await RunMachineAsync(vault, store, needed).ConfigureAwait(false);
            switch (end)
            {
                case NodeEnd.Stopped:
                    return ExitCode.Success;
                case NodeEnd.Halted:
                    return ExitCode.Halted;
                case NodeEnd.TokenLost:
                    if (await WaitForTokenAsync(vault.Nid, store, reason, (said, stop) => new TokenWait(time).UntilSigningAsync(vault.Identity, said, stop)).ConfigureAwait(false) is null)
                        return ExitCode.Success;
                    break;
            }
        }
    }

    /// <summary>Tokens with keys that the secrets need; not one that is named only for what is to be destroyed in it.</summary>
    private IReadOnlyList<Pkcs11Token> NeededTokens()
    {
        var file = VaultStart.Read(prepared.Directory);
        var named = VaultStart.Refusing(() => NodeVault.NamedKeys(file)).Except(file.Retired).ToList();
        return [.. tokens.InUse.Where(token => named.Any(key => key.Label == token.Description.Label && key.Serial == token.Description.Serial))];
    }

    private async Task<(NodeEnd End, string Reason)> RunMachineAsync(NodeVault vault, SqliteNodeStore store, IReadOnlyList<Pkcs11Token> needed)
    {
        var instance = NewInstance();
        var stored = await StoreStart.BeginAsync(store, instance).ConfigureAwait(false);
        using var start = StartedNode.Begin(prepared, vault, instance, stored, _rosters, random, time.GetUtcNow());
        await using var process = new NodeProcess(start, _rosters, store, store, _health, random, time, log);
        await using var watch = new TokenWatch([.. needed.Select(token => new WatchedToken(token))], _health, time, _logger);
        var end = await process.RunAsync(address => words.Listening(start.Self, address)).ConfigureAwait(false);
        return (end, process.Reason);
    }

    /// <returns>Null: the process was asked to stop.</returns>
    private async Task<OperatorSecret?> WaitForOperatorsAsync(QuorumHeader header, NodeId nid, SqliteNodeStore? store)
    {
        _health.Seal = SealStanding.Waiting(0, header.Threshold);
        using var unsealing = new QuorumUnsealing(header, nid, prepared.Options.UnsealWindow, standing => _health.Seal = standing, time, _logger);
        await using var server = await ListenSealedAsync(nid, store).ConfigureAwait(false);
        await using var socket = UnsealSocket.Open(prepared.Directory.UnsealSocket, unsealing, time, _logger);
        UnsealLog.Sealed(_logger, header.Threshold, header.Operators, header.Id, server.Address);
        if (!await server.ServeUntilAsync(unsealing.Secret).ConfigureAwait(false))
            return null;
        _health.Seal = SealStanding.Unsealed;
        return OperatorSecret.Quorum(await unsealing.Secret.ConfigureAwait(false), header.Encode());
    }

    /// <summary>Listens as TOKEN_LOST until the token answers.</summary>
    /// <param name="until">Tries, tells what the token says, and ends with what was waited for.</param>
    /// <returns>Null: the process was asked to stop.</returns>
    private async Task<T?> WaitForTokenAsync<T>(NodeId nid, SqliteNodeStore? store, string why, Func<Action<string>, CancellationToken, Task<T>> until) where T : class
    {
        _health.Seal = SealStanding.TokenLost(why);
        UnsealLog.TokenLost(_logger, why);
        using var stop = new CancellationTokenSource();
        await using var server = await ListenSealedAsync(nid, store).ConfigureAwait(false);
        var began = time.GetTimestamp();
        var back = until(said => _health.Seal = SealStanding.TokenLost(said), stop.Token);
        if (!await server.ServeUntilAsync(back).ConfigureAwait(false))
        {
            await stop.CancelAsync().ConfigureAwait(false);
            return null;
        }
        var found = await back.ConfigureAwait(false);
        UnsealLog.TokenBack(_logger, time.GetElapsedTime(began));
        _health.Seal = SealStanding.Unsealed;
        return found;
    }

    private async Task<SealedServer> ListenSealedAsync(NodeId nid, SqliteNodeStore? store)
    {
        var files = prepared.Documents.Roster;
        var roster = StartedNode.InForce(files, store is null ? null : await HeadAsync(store, files.Version).ConfigureAwait(false), _rosters);
        var self = SelfCheck.FindEntry(roster, files, prepared.Options.Name, nid);
        var server = await SealedServer.StartAsync(prepared.Options, roster, self, _health, time, log).ConfigureAwait(false);
        words.Sealed(self, _health.Seal.State, server.Address);
        return server;
    }

    /// <summary>The newest roster that the node has accepted; null while that is the files'.</summary>
    private static async Task<RosterRow?> HeadAsync(SqliteNodeStore store, uint from)
    {
        RosterRow? head = null;
        while (true)
        {
            var answers = await store.ReadAsync([new StoreQuery.ListRosters(from)], CancellationToken.None).ConfigureAwait(false);
            if (answers is not [StoreAnswer.Rosters { Rows: { Count: > 0 } rows }])
                return head;
            head = rows[^1];
            from = head.Version + 1;
        }
    }

    private InstanceId NewInstance()
    {
        Span<byte> bytes = stackalloc byte[InstanceId.Size];
        random.Fill(bytes);
        return new(bytes);
    }
}
