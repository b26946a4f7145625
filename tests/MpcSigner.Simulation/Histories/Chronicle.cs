using System.Security.Cryptography;
using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Histories;

/// <summary>A history in lines, one an event of note. Kept only when asked for; its digest says whether two runs were the same.</summary>
public sealed class Chronicle(bool kept)
{
    private readonly List<string> _lines = [];
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public IReadOnlyList<string> Lines => _lines;

    public int Events { get; private set; }

    public void Write(TimeSpan at, string who, string what)
    {
        Events++;
        if (!kept)
            return;
        var line = $"{at.TotalSeconds,9:0.0000} {who,-7} {what}";
        _lines.Add(line);
        _digest.AppendData(Encoding.UTF8.GetBytes(line));
    }

    public void Write(TimeSpan at, SimulatedNode node, NodeEffect effect, SentMessage? sent)
    {
        Events++;
        if (kept && Describe(node, effect, sent) is { } what)
            Write(at, node.Roster.Name, what);
    }

    public string Digest() => Convert.ToHexStringLower(_digest.GetCurrentHash());

    private static string? Describe(SimulatedNode node, NodeEffect effect, SentMessage? sent) => effect switch
    {
        NodeEffect.SendFrame when sent is not null => $"→ {sent.Session.PidOf(sent.Recipient)} {Name(sent)} #{Convert.ToHexStringLower(SHA256.HashData(sent.Payload.Span))[..6]}",
        NodeEffect.CallPeer { Body: PeerCall.PartialSign } call when sent is not null => $"asks {sent.Session.PidOf(sent.Recipient)} {Name(sent)}, {call.Timeout.TotalSeconds:0.0} s",
        NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } when sent is not null => $"answers {sent.Session.PidOf(sent.Recipient)} {Name(sent)} #{Convert.ToHexStringLower(SHA256.HashData(sent.Payload.Span))[..6]}",
        NodeEffect.AnswerPeer { Reply: PeerReply.NotSigned declined } => $"declines: {declined.Error.Reason}: {declined.Error.Message}",
        NodeEffect.AnswerPeer { Reply: PeerReply.Refused refused } => $"refuses: {refused.Error.Reason}: {refused.Error.Message}",
        NodeEffect.SendFrame { Frame: SessionFrame.Envelope } => null,
        NodeEffect.SendFrame { Frame: SessionFrame.Refuse refuse } => $"→ refuses: {refuse.Error.Reason}: {refuse.Error.Message}",
        NodeEffect.SendFrame send => $"→ {send.Frame.GetType().Name}",
        NodeEffect.Commit commit => $"commit {commit.Token.Value}: {string.Join(", ", commit.Writes.Select(Name))}",
        NodeEffect.AnswerClient { Reply: ClientReply.Refused refused } answer => $"answers {answer.Call.Value}: {refused.Error.Reason}: {refused.Error.Message}",
        NodeEffect.AnswerClient { Reply: ClientReply.StatusIs } => null,
        NodeEffect.AnswerClient answer => $"answers {answer.Call.Value}: {answer.Reply.GetType().Name}",
        NodeEffect.AnswerPeer { Reply: PeerReply.Order order } => $"says of an order: {order.Answer.GetType().Name}",
        NodeEffect.AnswerPeer { Reply: PeerReply.Booked } => "acknowledges a booking",
        NodeEffect.Observe { Observation: Observation.SessionFailed or Observation.OrderPending or Observation.OrderAborted or Observation.OrderGivenUp or Observation.KeysActivated or Observation.PeerBlamed
            or Observation.SigningFailedOver or Observation.MaterialMade or Observation.MaterialNotMade or Observation.MaterialDropped } observe =>
            Name(observe.Observation),
        NodeEffect.Halt halt => $"HALT {halt.Reason}",
        _ => null,
    };

    private static string Name(Observation observation) => observation switch
    {
        Observation.SigningFailedOver seen => $"fails over: {string.Join("; ", seen.Failed.Select(node => $"{node.NodeName}: {node.Message}"))}",
        Observation.MaterialMade seen => $"has {seen.Count} pieces of material more",
        Observation.MaterialNotMade seen => $"has no material: {string.Join("; ", seen.Failed.Select(node => $"{node.NodeName}: {node.Message}"))}",
        _ => observation.ToString(),
    };

    private static string Name(SentMessage sent) => sent.Type == MessageType.Round ? $"round {sent.Round}" : sent.Type.ToString();

    private static string Name(StoreWrite write) => write switch
    {
        StoreWrite.Append append => append.Entry.Kind.ToString(),
        StoreWrite.PutRequest put => $"request {put.Row.State}",
        _ => write.GetType().Name,
    };
}
