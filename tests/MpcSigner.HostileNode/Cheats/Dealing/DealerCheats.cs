using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Dealing;

/// <summary>Rows of key generation and maintenance in which a dealer's message is not what it must be.</summary>
internal static class DealerCheats
{
    /// <summary>By row, for one protocol.</summary>
    public static IEnumerable<(string Row, Func<Cheat> Make)> Of(ProtocolKind protocol)
    {
        yield return ("T09", () => new DealerCheat(protocol, toAll: false) { Commitment = At(Deal.CommitmentAt, Flip) });
        yield return ("T26a", () => new DealerCheat(protocol) { Opening = (deal, part) => Change(part, deal.SaltAt, Flip) });
        yield return ("T26b", () => new DealerCheat(protocol) { Opening = OnePointMore });
        yield return ("T26c", () => new DealerCheat(protocol) { Opening = OnePointLess });
        yield return ("T26d", () => new DealerCheat(protocol) { Opening = (deal, part) => Replace(part, Deal.PointsAt, deal.IdentityBytes()) });
        // Of the others in a recovery only helpers are dealt a part.
        yield return ("T26f", () => new DealerCheat(protocol, toAll: protocol == ProtocolKind.Recovery) { Shares = AddOne });
        yield return ("T26g", () => new DealerCheat(protocol, toAll: false) { Opening = OtherLastPoint });
        if (protocol == ProtocolKind.Recovery)
            yield return ("T27e", () => new DealerCheat(protocol) { Confirmation = AddOne });
        yield return ("F-BadIdentitySignature", () => new DealerCheat(protocol) { Raw = (1, (_, part) => Change(part, part.Length - 1, Flip)) });
        yield return ("F-MalformedMessage", () => new DealerCheat(protocol) { Raw = (1, (_, part) => part[..^1]) });
        yield return ("F-ContextMismatch", () => new DealerCheat(protocol) { Commitment = At(0, Flip) });
        yield return ("F-TranscriptEchoMismatch", () => new DealerCheat(protocol) { Confirmation = At(0, Flip) });
        yield return ("F-BadShareProof", () => new DealerCheat(protocol) { Confirmation = LastResponse });
    }

    private delegate void Touch(Span<byte> at);

    private static void Flip(Span<byte> at) => at[0] ^= 1;

    private static Edit At(int offset, Touch touch) => (_, part) => Change(part, offset, touch);

    private static byte[] Change(byte[] part, int offset, Touch touch)
    {
        touch(part.AsSpan(offset));
        return part;
    }

    private static byte[] Replace(byte[] part, int offset, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(part.AsSpan(offset));
        return part;
    }

    /// <summary>A polynomial of one degree more than the threshold allows, in every key.</summary>
    private static byte[] OnePointMore(Deal deal, byte[] part)
    {
        var (size, polynomial) = (deal.Group.PointSize, deal.Points * deal.Group.PointSize);
        List<byte> longer = [.. part[..Deal.PointsAt]];
        for (var k = 0; k < deal.Count; k++)
        {
            var points = part.AsSpan(Deal.PointsAt + k * polynomial, polynomial);
            longer.AddRange([.. points, .. points[^size..]]);
        }
        return [.. longer, .. part[(Deal.PointsAt + deal.Count * polynomial)..]];
    }

    private static byte[] OnePointLess(Deal deal, byte[] part)
    {
        var (size, polynomial) = (deal.Group.PointSize, deal.Points * deal.Group.PointSize);
        List<byte> shorter = [.. part[..Deal.PointsAt]];
        for (var k = 0; k < deal.Count; k++)
            shorter.AddRange([.. part.AsSpan(Deal.PointsAt + k * polynomial, polynomial - size)]);
        return [.. shorter, .. part[(Deal.PointsAt + deal.Count * polynomial)..]];
    }

    /// <summary>Of the last key, so that a batch is judged to its end.</summary>
    private static byte[] OtherLastPoint(Deal deal, byte[] part)
    {
        deal.AddGenerator(part.AsSpan(Deal.PointsAt + (deal.Count * deal.Points - 1) * deal.Group.PointSize, deal.Group.PointSize));
        return part;
    }

    /// <inheritdoc cref="OtherLastPoint"/>
    private static byte[] AddOne(Deal deal, byte[] part)
    {
        deal.AddOne(part.AsSpan(part.Length - 32));
        return part;
    }

    private static byte[] LastResponse(Deal deal, byte[] part) => AddOne(deal, part);
}
