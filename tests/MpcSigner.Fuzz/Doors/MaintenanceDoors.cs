using MpcSigner.Client.Administration;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Fuzz.Doors;

/// <summary>START of refreshes, reshares and recoveries: judged against the order that it carries.</summary>
internal static class MaintenanceDoors
{
    private static readonly Lazy<IReadOnlyList<MaintenanceTerms>> s_terms = new(static () => [.. HonestNodes.Heard.Orders.Select(TermsOf).OfType<MaintenanceTerms>()]);

    private static IEnumerable<MaintenanceStart> Starts() => HonestNodes.Heard.Messages(MessageType.Start)
        .Where(message => message.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery)
        .Select(message => MaintenanceStart.TryDecode(message.Payload.Span, out var start) ? start : throw new InvalidOperationException("a START that was sent does not decode"));

    /// <summary>Which order, then the inputs.</summary>
    public static IEnumerable<byte[]> Inputs() => from start in Starts()
                                                  let terms = s_terms.Value.Select((terms, i) => (terms, i)).First(pair => MaintenanceInput.TryDecode(pair.terms, start.Inputs.Span, out _)).i
                                                  select (byte[])[(byte)terms, .. start.Inputs.Span];

    public static bool Input(byte[] input)
    {
        if (input.Length == 0 || input[0] >= s_terms.Value.Count || !MaintenanceInput.TryDecode(s_terms.Value[input[0]], input.AsSpan(1), out var read))
            return false;
        Wrong.Unless([input[0], .. read.Encode()], input);
        return true;
    }

    private static MaintenanceTerms? TermsOf(SignedOrder order)
    {
        return new RequestBodyCodec().TryDecode(order.Body.Span, out var body, out _) && body.Action is MaintenanceAction action
            && OrderSummaries.HashOf(order, body) is { } hash && MaintenanceTerms.TryCreate(action, hash, out var terms, out _) ? terms : null;
    }
}
