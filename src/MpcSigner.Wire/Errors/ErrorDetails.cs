using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Wire.Errors;

/// <summary>A <see cref="ServiceError"/> as a message: detail of a status, reply of a peer, frame of a session.</summary>
internal static class ErrorDetails
{
    /// <summary>Longer sentences are cut: errors travel in headers, which HTTP/2 stacks bound to some tens of kilobytes.</summary>
    public const int MaxTextLength = 1_024;

    public const int MaxNodeTextLength = 256;

    public static V1.ErrorDetail ToWire(ServiceError error)
    {
        var detail = new V1.ErrorDetail
        {
            Reason = ReasonCodes.Name(error.Reason),
            Message = Cut(error.Message, MaxTextLength),
            NextStep = Cut(error.NextStep, MaxTextLength),
        };
        foreach (var node in error.Nodes.Take(Roster.MaxNodes))
        {
            detail.Nodes.Add(new V1.NodeReason
            {
                Nid = ByteString.CopyFrom(node.Node.ToArray()),
                NodeName = Cut(node.NodeName, MaxNodeTextLength),
                Reason = ReasonCodes.Name(node.Reason),
                Message = Cut(node.Message, MaxNodeTextLength),
            });
        }
        return detail;
    }

    /// <summary>Reads what another program wrote: texts are cut and cleaned of control characters. False for a missing, unknown or oversized form.</summary>
    public static bool TryRead(V1.ErrorDetail? detail, [NotNullWhen(true)] out ServiceError? error)
    {
        error = null;
        if (detail is null || !ReasonCodes.TryParse(detail.Reason, out var reason) || detail.Nodes.Count > Roster.MaxNodes)
            return false;
        var nodes = new List<NodeReason>(detail.Nodes.Count);
        foreach (var node in detail.Nodes)
        {
            if (node.Nid.Length != NodeId.Size || !ReasonCodes.TryParse(node.Reason, out var nodeReason))
                return false;
            nodes.Add(new(new(node.Nid.Span), Clean(node.NodeName, MaxNodeTextLength), nodeReason, Clean(node.Message, MaxNodeTextLength)));
        }
        error = new(reason, Clean(detail.Message, MaxTextLength), Clean(detail.NextStep, MaxTextLength), nodes);
        return true;
    }

    private static string Clean(string text, int max) =>
        Cut(OneLine.Of(text, ' '), max);

    private static string Cut(string text, int max)
    {
        if (text.Length <= max)
            return text;
        // Never between the halves of a surrogate pair.
        var end = char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
