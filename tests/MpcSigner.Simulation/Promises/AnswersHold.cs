using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Histories;
using MpcSigner.Core.Keys;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Promises;

/// <summary>Every answered signature verifies over the request's own payload, every answered key by its certificate, and both stay as they were answered.</summary>
public sealed class AnswersHold(World world) : Promise(world)
{
    private readonly List<(Ask Ask, ClientReply Reply)> _answers = [];

    public override string Name => "P5_What_was_answered_holds_and_stays";

    public override void OnAnswered(Ask ask, ClientReply reply)
    {
        switch (reply)
        {
            case ClientReply.Signed signed:
                Require(ask.Body.Action is RequestAction.Sign && ask.Kind is not (AskKind.Denied or AskKind.Expired), $"{ask} was answered with a signature");
                RequireValid(ask, signed);
                break;
            case ClientReply.KeysCreated created:
                RequireValid(ask, created);
                break;
            default:
                return;
        }
        foreach (var (earlier, was) in _answers.Where(answer => answer.Ask.Node == ask.Node && !World.WentBack.Contains(ask.Node.Nid) && answer.Ask.BodyHash == ask.BodyHash))
            Require(AreSame(was, reply), $"{ask} was answered otherwise than {earlier}");
        _answers.Add((ask, reply));
    }

    public override void AtEnd()
    {
        foreach (var (ask, reply) in _answers.Where(answer => !World.WentBack.Contains(answer.Ask.Node.Nid)))
        {
            switch (reply)
            {
                case ClientReply.Signed signed:
                    Require(ask.Node.Store.Requests.Any(row => row.BodyHash == ask.BodyHash && row.State == RequestState.Completed && row.Result.Span.SequenceEqual(signed.Signature.Span)),
                        $"the result of {ask} is lost");
                    break;
                case ClientReply.KeysCreated created:
                    foreach (var key in created.Keys)
                    {
                        foreach (var party in key.Record.Parties)
                        {
                            // A later generation takes its place at the same nodes or at others.
                            Require(World.IsCheater(party.Nid) || World.WentBack.Contains(party.Nid)
                                || World.Cluster.Node(party.Nid).Store.Keys.Any(row => row.RecordHash == key.RecordHash && row.State is KeyState.Active or KeyState.Retired or KeyState.Erased),
                                $"an answered key is not ACTIVE at {NameOf(party.Nid)}");
                        }
                    }
                    break;
            }
        }
    }

    private void RequireValid(Ask ask, ClientReply.Signed signed)
    {
        var action = (RequestAction.Sign)ask.Body.Action;
        var record = ask.Node.Store.Keys.First(key => key.Record.KeyId == action.Key).Record;
        Require(VerificationKey.TryCreate(record, [.. action.Path], action.Taproot, out var verification) == DerivationFault.None && verification!.Verifies(action.Payload.Span, signed.Signature.Span),
            $"the signature of {ask} does not verify");
        // P7: whoever took part has logged R, so that the signature is matched to its request.
        foreach (var signer in signed.Signers.Where(signer => !World.IsCheater(signer) && !World.WentBack.Contains(signer)))
        {
            Require(World.Cluster.Node(signer).Store.Log.Any(entry => entry.Kind == AuditKind.ShareReleased && entry.Request == ask.BodyHash
                && entry.Detail.Span[^32..].SequenceEqual(signed.Signature.Span[..32])), $"R of {ask} is not in the log of {NameOf(signer)}");
        }
    }

    private void RequireValid(Ask ask, ClientReply.KeysCreated created)
    {
        var asked = (RequestAction.CreateKeys)ask.Body.Action;
        Require(created.Keys.Count == asked.Count, $"{ask} was answered with {created.Keys.Count} keys");
        var verifier = new KeyVerifier(World.Cluster.Roster, new RequestBodyCodec());
        var order = new CreationOrder(ask.Request.Body.Span, ask.Request.Client, asked);
        for (var k = 0; k < created.Keys.Count; k++)
        {
            var key = created.Keys[k];
            var verdict = verifier.Verify(new(key.Record.KeyId, key.Record.Suite, KeyRecordEncoding.Encode(key.Record), key.Certificate, key.Label, key.Usage, key.Owner), order, k);
            Require(verdict.IsValid, $"key {k} of {ask}: {verdict}");
        }
    }

    private static bool AreSame(ClientReply one, ClientReply other) => (one, other) switch
    {
        (ClientReply.Signed a, ClientReply.Signed b) => a.Signature.Span.SequenceEqual(b.Signature.Span),
        (ClientReply.KeysCreated a, ClientReply.KeysCreated b) => a.Keys.Select(key => key.Record.KeyId).SequenceEqual(b.Keys.Select(key => key.Record.KeyId)),
        _ => false,
    };
}
