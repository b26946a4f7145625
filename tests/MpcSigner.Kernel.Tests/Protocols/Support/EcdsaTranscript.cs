using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>A whole run of ECDSA from one seed as JSON: key generation, pair setups, one presign session of two presignatures, a signature at the key and one at a path.</summary>
/// <remarks>Long messages by size and digest. The format stands in tests/Vectors/transcripts/ORIGIN.md.</remarks>
internal static class EcdsaTranscript
{
    private static readonly uint[] ChildPath = [44, 60, 7];

    public static string Of(Suite suite, int t, int n, string seed)
    {
        using var run = new EcdsaRun(suite, t, n, seed);
        using var presigned = run.Presign(count: 2);
        var transcript = Transcript.KeyGeneration(run.Committee, run.Keygen, t, suite);
        transcript["format"] = "mpcsigner-transcript-2";
        transcript["instances"] = Transcript.ToNode(run.Committee.Pids.Select(pid => new { pid = (int)pid.Value, iid = Transcript.Hex(run.Instance(pid).ToArray()) }));
        transcript["setups"] = Transcript.ToNode(run.Pairs.Select(pair => OfSetup(pair.Low, pair.High, pair.Run)));
        transcript["presign"] = Transcript.ToNode(OfPresign(presigned));
        transcript["signatures"] = Transcript.ToNode(new[] { OfSignature(run, presigned, 0, "key", []), OfSignature(run, presigned, 1, "child", ChildPath) });
        return Transcript.Write(transcript);
    }

    private static object OfSetup(PartyId low, PartyId high, SetupPair run)
    {
        PartyId[] pids = [low, high];
        return new
        {
            low = (int)low.Value,
            high = (int)high.Value,
            messages = run.Sent.OrderBy(m => m.Number).ThenBy(m => m.From).Select(m => new
            {
                number = (int)m.Number, from = (int)pids[m.From].Value, size = m.Payload.Length, sha256 = Transcript.Hex(SHA256.HashData(m.Payload)),
            }),
            lowToHigh = run.Setup(0).SendingId.ToString(),
            highToLow = run.Setup(1).SendingId.ToString(),
        };
    }

    private static object OfPresign(EcdsaPresigned presigned) => new
    {
        start = Transcript.Hex(presigned.Input.Encode()),
        messages = presigned.Sent.OrderBy(m => m.Round).ThenBy(m => m.From).ThenBy(m => m.To).Select(m => new
        {
            round = (int)m.Round, from = (int)m.From.Value, to = (int)m.To.Value, size = m.Payload.Length, sha256 = Transcript.Hex(SHA256.HashData(m.Payload)),
        }),
        ready = presigned.Results.OrderBy(pair => pair.Key).Select(pair => new { pid = (int)pair.Key.Value, payload = Transcript.Hex(pair.Value.EncodeReady()) }),
    };

    private static object OfSignature(EcdsaRun run, EcdsaPresigned presigned, int k, string name, uint[] path)
    {
        var request = run.Request(presigned, k, name, SHA256.HashData("a message"u8), path, "an application payload"u8.ToArray());
        var (signed, replies) = run.Sign(presigned, k, request);
        return new
        {
            name,
            presignature = k,
            path,
            request = Transcript.Hex(request.Encode()),
            replies = replies.Select(reply => new { pid = (int)reply.Pid.Value, payload = Transcript.Hex(reply.Payload) }),
            publicKey = Transcript.Hex(signed.PublicKey.Encoded),
            signature = Transcript.Hex(signed.Signature.Encode()),
        };
    }
}
