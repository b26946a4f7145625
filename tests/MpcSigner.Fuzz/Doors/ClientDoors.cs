using System.Text;
using MpcSigner.Chains.Solana;
using MpcSigner.Cli;
using MpcSigner.Cli.Documents;
using MpcSigner.Cli.Tokens;
using MpcSigner.Client;
using MpcSigner.Client.Administration;
using MpcSigner.Core.Orders;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Files and arguments that people give to client library and command line.</summary>
internal static class ClientDoors
{
    public static IEnumerable<Door> All =>
    [
        new("client/job-file", Grammar.Json, JobFiles, Job, "JobFile.Read", "JobFileFormat.Read", "OrderSummaries.TryRead") { AllocatedAtMost = 256 << 10, AllocatedPerByte = 256 },
        new("client/key-file", Grammar.Pem, KeyFiles, Key, "Ed25519KeyFile.Load") { Share = 0.3 },
        new("client/public-key-file", Grammar.Word, () => [Encoding.ASCII.GetBytes(new string('a', 64) + "\n")], PublicKey, "ClientFolder.ReadKey", "ClientFolder.Read") { Share = 0.3 },
        new("cli/token-reference", Grammar.Word, () => [Encoding.ASCII.GetBytes("module=/usr/lib/softhsm.so;token=a b;key=k;pin-env=PIN"), Encoding.ASCII.GetBytes("module=m;token=t;serial=00ff;key=k;key-id=00;prompt"), Encoding.ASCII.GetBytes("module=m;token=t;key=k;pin-command=/bin/pin a b")], Token, "TokenReference.Parse", "PinSource.Read"),
        new("cli/transfer-file", Grammar.Json, () => [Vectors.File("config", "solana-transfer.json"), Vectors.File("config", "evm-transfer.json")], Transfer, "TransferFile.Read", "PayloadFile.Raw") { AcceptsSeeds = true, AllocatedAtMost = 1 << 20, AllocatedPerByte = 128, Share = 0.3 },
    ];

    private static IEnumerable<byte[]> JobFiles()
    {
        var orders = HonestNodes.Heard.Orders;
        var cluster = new Core.Identities.ClusterId(HonestNodes.Heard.Keys[0].Order.Value);
        yield return new JobFile(cluster, "a job", [new FiledJob("node-a", [new FiledStep([orders[0]]), new FiledStep([orders[1]])])], []).Write();
        yield return new JobFile(cluster, "commands", [], [.. orders.Skip(3).Select(order => new FiledCommand("node-b", order))]).Write();
    }

    /// <summary>Read, then looked at as whoever is to sign it looks at it.</summary>
    private static bool Job(byte[] input)
    {
        JobFile file;
        try
        {
            file = JobFile.Read(input);
        }
        catch (MpcSignerException e) when (e.Reason == "CONFIGURATION" && e.Message.Length < 20_000)
        {
            return false;
        }
        Wrong.If(file.Orders.Count == 0 || file.Orders.Any(order => order.Action.Length == 0), "an order that cannot be shown");
        _ = file.SignedBy;
        Wrong.If(JobFile.Read(file.Write()).Orders.Count != file.Orders.Count, "written, and not read again");
        return true;
    }

    private static string Write(string name, byte[] content)
    {
        var path = Path.Combine(ScratchFolder.Path, name);
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static IEnumerable<byte[]> KeyFiles()
    {
        var path = Path.Combine(ScratchFolder.Path, "seed.key");
        File.Delete(path);
        using (Ed25519KeyFile.Create(path))
            yield return File.ReadAllBytes(path);
    }

    private static bool Key(byte[] input)
    {
        try
        {
            using var key = Ed25519KeyFile.Load(Write("a.key", input));
            return true;
        }
        catch (MpcSignerException e) when (e.Reason == "CONFIGURATION")
        {
            return false;
        }
    }

    private static bool PublicKey(byte[] input)
    {
        Write("a.pub", input);
        try
        {
            return ClientFolder.ReadKey(ScratchFolder.Path, "a.pub").Length == 32;
        }
        catch (MpcSignerException e) when (e.Reason == "CONFIGURATION")
        {
            return false;
        }
    }

    private static bool Token(byte[] input)
    {
        try
        {
            var reference = TokenReference.Parse(Encoding.UTF8.GetString(input));
            Wrong.If(reference.ToString().Any(char.IsControl), "control characters");
            return true;
        }
        catch (CliException)
        {
            return false;
        }
    }

    private static bool Transfer(byte[] input)
    {
        var path = Write("transfer.json", input);
        try
        {
            var file = TransferFile.Read(path, "{}", [], "destination", "lamports", "blockhash", "chainId", "nonce", "to", "value", "maxFeePerGas", "maxPriorityFeePerGas", "gasLimit");
            foreach (var name in (string[])["lamports", "nonce", "chainId"])
            {
                if (file.Has(name))
                    _ = file.Long(name);
            }
            if (file.Has("destination") && SolanaAddress.TryParse(file.Text("destination"), out var address))
                Wrong.If(address.ToString() != file.Text("destination"), "one address in two texts");
            if (file.Has("chainId") && file.Has("to"))
                EvmPayload.Transfer(path);
            return true;
        }
        catch (CliException)
        {
            return false;
        }
    }
}
