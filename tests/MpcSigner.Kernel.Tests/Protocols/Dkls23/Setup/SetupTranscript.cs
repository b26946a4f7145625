using System.Text.Json;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>A whole pair setup from one seed as JSON, secrets included. The format stands in tests/Vectors/pair-setup/ORIGIN.md.</summary>
internal static class SetupTranscript
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    public static string Of(string seed)
    {
        using var pair = new SetupPair { Seed = seed, Last = [new(4, 9), new(8, 5)] }.Run();
        return JsonSerializer.Serialize(
            new
            {
                format = "mpcsigner-pair-setup-1",
                seed,
                nodes = Enumerable.Range(0, 2).Select(node => new
                {
                    nid = pair.Nids[node].ToString(), iid = pair.Instances[node][node].ToString(),
                    lastAsA = pair.Last[node].Sending, lastAsB = pair.Last[node].Receiving,
                }),
                messages = pair.Sent.OrderBy(message => message.Number).ThenBy(message => message.From).Select(message => new
                {
                    round = (int)message.Number, from = message.From, payload = Convert.ToHexStringLower(message.Payload),
                }),
                directions = Enumerable.Range(0, 2).Select(sender => new
                {
                    sender,
                    epoch = pair.Setup(sender).SendingEpoch,
                    setupId = pair.Setup(sender).SendingId.ToString(),
                    delta = Hex(pair.Setup(sender).Sending.Delta),
                    senderLeaves = Hex(pair.Setup(sender).Sending.Leaves),
                    receiverLeaves = Hex(pair.Setup(1 - sender).Receiving.Leaves),
                }),
                zeroSeed = Hex(pair.Setup(0).ZeroSeed),
            },
            Format) + "\n";
    }

    private static string Hex(SecureMemory memory)
    {
        using var bytes = memory.Borrow();
        return Convert.ToHexStringLower(bytes.Span);
    }
}
