using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Verification.Keys;

/// <summary>Which creation requests clients of the cluster have signed: an id that a node alone names could be made of any bytes, and would then bind nothing that anybody wanted.</summary>
internal sealed class CreationProofs
{
    private readonly ClusterId _cluster;
    private readonly IRequestDecoder _decoder;
    private readonly ILookup<ClientId, ReadOnlyMemory<byte>> _keys;

    /// <summary>Keys of one batch, shown together, share the object of its request.</summary>
    private volatile Judged? _last;

    public CreationProofs(ClusterId cluster, IRequestDecoder decoder, IEnumerable<RosterClient> creators)
    {
        (_cluster, _decoder) = (cluster, decoder);
        _keys = creators.Where(client => client.MayCreateKeys).ToLookup(client => client.Id, client => client.SigningKey);
    }

    /// <summary>What the request asks for, or why it is none.</summary>
    /// <param name="mustBeSigned">Nothing but this request stands for the id.</param>
    public (CreationOrder? Order, KeyFault Fault) Judge(SignedRequest creation, bool mustBeSigned)
    {
        if (_last is { } last && ReferenceEquals(last.Creation, creation) && last.MustBeSigned == mustBeSigned)
            return (last.Order, last.Fault);
        var judged = Decide(creation, mustBeSigned);
        _last = judged;
        return (judged.Order, judged.Fault);
    }

    private Judged Decide(SignedRequest creation, bool mustBeSigned)
    {
        if (!_decoder.TryDecode(creation.Body.Span, out var body, out _) || body.Action is not RequestAction.CreateKeys asked || body.Cluster != _cluster)
            return new(creation, mustBeSigned, null, KeyFault.OtherCreation);
        return !mustBeSigned || IsSigned(creation)
            ? new(creation, mustBeSigned, new(creation.Body.Span, creation.Client, asked), KeyFault.Valid)
            : new(creation, mustBeSigned, null, KeyFault.UnsignedCreation);
    }

    private bool IsSigned(SignedRequest creation)
    {
        if (creation.Signature.Length != Ed25519Signature.Size)
            return false;
        var statement = RequestStatements.ClientRequest(creation.Body.Span);
        return _keys[creation.Client].Any(bytes => Ed25519PublicKey.TryDecode(bytes.Span, out var key) && key.Verify(statement, creation.Signature.Span));
    }

    private sealed record Judged(SignedRequest Creation, bool MustBeSigned, CreationOrder? Order, KeyFault Fault);
}
