using MpcSigner.Client;

namespace MpcSigner.Node.Tests.Clients;

/// <summary>The README's example, compiled and run: what stands between the two marks is the README's text.</summary>
internal static class ReadmeExample
{
    // README begins
    public static async Task<SignResult?> PayAsync(string folder, Func<SigningKey, byte[]> transfer)
    {
        // The folder holds the signed roster, the administrator's key and this client's credential: cluster init makes one.
        await using var client = await MpcSignerClient.ConnectAsync(ClientFolder.Load(folder));

        // Three nodes make a key that any two of them can sign with. It comes back only with a certificate that verifies.
        var keys = await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Labels = ["treasury"] });
        Console.WriteLine($"account {keys[0].SolanaAddress}");
        try
        {
            // The bytes of a Solana message, from your own library. Repeated under the same idempotency key it stays one request.
            var payload = SigningPayload.SolanaTransaction(transfer(keys[0]));
            var result = await client.SignAsync(new() { KeyId = keys[0].Id, Payload = payload, IdempotencyKey = "invoice-4711" });
            Console.WriteLine($"send {Convert.ToBase64String(result.SignedTransaction.Span)}");
            return result;
        }
        catch (MpcSignerException denied) when (denied.Kind == FailureKind.Denied)
        {
            foreach (var node in denied.Nodes)
                Console.WriteLine($"{node.NodeName}: {node.Message}");
            return null;
        }
    }
    // README ends
}
