using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Histories;

/// <summary>Clients that create keys and sign with them, repeat themselves, contradict themselves, and ask for what is forbidden.</summary>
public sealed class Clients
{
    private readonly World _world;
    private readonly Observer _observer;
    private readonly Plan _plan;
    private readonly string _name;
    private readonly Dictionary<CallId, Ask> _open = [];
    private readonly List<Ask> _asks = [];
    private int _requests;

    public Clients(World world, Observer observer, Plan plan, string name)
    {
        _world = world;
        _observer = observer;
        _plan = plan;
        _name = name;
        observer.Answering = OnAnswer;
    }

    public IReadOnlyList<Ask> Asks => _asks;

    public bool AllAnswered => _asks.All(ask => ask.Reply is not null || ask.IsLost);

    /// <summary>Puts everything that clients will do on the calendar.</summary>
    public void Begin()
    {
        for (var i = 0; i < _plan.Orders; i++)
        {
            // Each has a source of its own: what is left out of a plan moves nothing else.
            var random = new SeededSource($"{_name}/order/{i}");
            if (_plan.Has("order", i))
                At(TimeSpan.FromMilliseconds(200 + random.Below(1_500)), () => Create(random));
        }
        for (var i = 0; i < _plan.Signatures; i++)
        {
            var random = new SeededSource($"{_name}/sign/{i}");
            if (_plan.Has("sign", i))
                At(TimeSpan.FromMilliseconds(400 + random.Below((int)_plan.Busy.TotalMilliseconds)), () => Sign(random, retries: 8));
        }
    }

    /// <summary>Keys that are ACTIVE somewhere.</summary>
    public IReadOnlyList<KeyRecord> Keys => [.. _world.Honest.SelectMany(node => node.Store.Keys).Where(key => key.State == KeyState.Active)
        .Select(key => key.Record).DistinctBy(record => record.KeyId)];

    public Ask Submit(AskKind kind, SimulatedNode node, SignedRequest request, TimeSpan? timeout = null)
    {
        if (!new RequestBodyCodec().TryDecode(request.Body.Span, out var body, out var error))
            throw new InvalidOperationException($"a client made a malformed request: {error}");
        _world.Know(request, body);
        var ask = new Ask(kind, node, request, body, _world.Cluster.Time.Now);
        _asks.Add(ask);
        // The answer may come within the very step: the call's number is known before it.
        ask.Call = _world.Cluster.NextCall;
        _open.Add(ask.Call, ask);
        _world.Chronicle.Write(_world.Cluster.Time.Now, "client", $"{ask.Call.Value}: {ask}");
        _world.Cluster.Call(node, request.Client, new ClientCall.Submit(request), timeout);
        return ask;
    }

    /// <summary>A transfer that the policy allows, of an amount that no other has.</summary>
    public RequestAction.Sign Transfer(KeyRecord record, bool denied = false) => record.Suite == Suite.FrostEd25519
        ? _world.Mini.Transfer(record, (ulong)++_requests + (denied ? MiniCluster.Ceiling : 0))
        : new(record.KeyId, [], PayloadKind.Raw, SHA256.HashData(BitConverter.GetBytes(++_requests)));

    private void At(TimeSpan delay, Action action) => _world.Cluster.Time.After(delay, action);

    private SimulatedNode? AnyUp(SeededSource random, int among = int.MaxValue)
    {
        var up = _world.Mini.Nodes.Take(among).Where(node => node.IsUp).ToArray();
        return up.Length == 0 ? null : up[random.Below(up.Length)];
    }

    private void Create(SeededSource random)
    {
        // Keys are made where their parties are.
        if (AnyUp(random, _plan.Nodes) is not { } node)
            return;
        var request = _world.Mini.Sign(_world.Mini.Creation(
            _plan.Threshold, _plan.Nodes, 1 + random.Below(3), _plan.Suite == Suite.FrostEd25519 ? KeyUsage.Transactions : KeyUsage.TransactionsAndRaw, _plan.Suite), $"create-{++_requests}");
        Follow(random, request, Submit(AskKind.Create, node, request));
    }

    private void Sign(SeededSource random, int retries)
    {
        var keys = Keys;
        if (keys.Count == 0 || AnyUp(random) is not { } node)
        {
            if (retries > 0)
                At(TimeSpan.FromSeconds(1), () => Sign(random, retries - 1));
            return;
        }
        var key = keys[random.Below(keys.Count)];
        var name = $"sign-{++_requests}";
        var roll = random.Below(10);
        if (roll == 0 && key.Suite == Suite.FrostEd25519)
        {
            Submit(AskKind.Denied, node, _world.Mini.Sign(Transfer(key, denied: true), name));
            return;
        }
        if (roll == 1)
        {
            Submit(AskKind.Expired, node, _world.Mini.Sign(Transfer(key), name, body => body with
            {
                IssuedAt = body.IssuedAt.AddHours(-2),
                ExpiresAt = body.IssuedAt.AddMinutes(-10),
            }));
            return;
        }
        var request = _world.Mini.Sign(Transfer(key), name);
        // Some are contradicted at another node in the same moment, or a little later.
        if (random.Below(3) == 0)
        {
            var other = _world.Mini.Sign(Transfer(key), name);
            At(TimeSpan.FromMilliseconds(random.Below(2) * random.Below(300)), () =>
            {
                if (AnyUp(random) is { } elsewhere)
                    Submit(AskKind.Conflict, elsewhere, other);
            });
        }
        TimeSpan? timeout = random.Below(5) == 0 ? TimeSpan.FromMilliseconds(50 + random.Below(5_000)) : null;
        Follow(random, request, Submit(AskKind.Sign, node, request, timeout));
    }

    /// <summary>Sometimes the client goes away, sometimes it asks again, there or elsewhere.</summary>
    private void Follow(SeededSource random, SignedRequest request, Ask ask)
    {
        if (random.Below(8) == 0)
        {
            At(TimeSpan.FromMilliseconds(random.Below(100)), () =>
            {
                if (ask.Reply is null && !ask.IsLost)
                {
                    _open.Remove(ask.Call);
                    _asks.Remove(ask);
                    ask.Node.Step(new NodeEvent.ClientGone(ask.Call));
                }
            });
        }
        for (var i = random.Below(3); i > 0; i--)
        {
            At(TimeSpan.FromMilliseconds(random.Below(2) * random.Below(4_000)), () =>
            {
                if ((random.Below(2) == 0 && ask.Node.IsUp ? ask.Node : AnyUp(random)) is { } node)
                    Submit(AskKind.Again, node, request);
            });
        }
    }

    private void OnAnswer(NodeEffect.AnswerClient answer)
    {
        if (!_open.Remove(answer.Call, out var ask))
            return;
        ask.Reply = answer.Reply;
        _observer.Answered(ask, answer.Reply);
    }
}
