using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MpcSigner.Cluster.Tests.Cli;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hsm;

/// <summary>Operators' own keys in a token, through the command line, against nodes that it made with tokens too.</summary>
[Collection(SharedHsm.Name)]
public sealed partial class OperatorTokenTests(HsmCluster hsm) : IAsyncLifetime
{
    private readonly string _dir = Directory.CreateTempSubdirectory("mpcsigner-tokens-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await CliProcess.RunAsync(_dir, "cluster", "stop", "--kill");
        Directory.Delete(_dir, recursive: true);
    }

    [Fact]
    public async Task A_clients_and_an_administrators_key_in_a_token_sign_what_their_files_signed()
    {
        hsm.Tokens.Make("people");
        var (client, administrator) = (Reference("client"), Reference("administrator"));
        (await Run("cluster", "init", "--hsm", "--nodes", "2")).Ends(0);
        (await Run("cluster", "start", "--wait", "60")).Ends(0);
        var key = (await Run("key", "create", "--threshold", "2", "--nodes", "2", "--allow-raw", "--label", "raw-tokens")).Ends(0).Json.GetProperty("keys")[0].GetProperty("id").GetString()!;

        // Named by the roster's next version, which the administrator's file signs for the last time.
        var made = new Dictionary<string, string>();
        foreach (var (who, reference) in ((string, string)[])[("client", client), ("administrator", administrator)])
            made.Add(who, (await CliProcess.RunBareAsync("token", "new-key", "--pkcs11", reference)).Ends(0).Json.GetProperty("public_key").GetString()!);
        Assert.Equal(made["client"], (await CliProcess.RunBareAsync("token", "show-key", "--pkcs11", client)).Ends(0).Json.GetProperty("public_key").GetString());
        Assert.Equal("TOKEN_KEY", (await CliProcess.RunBareAsync("token", "new-key", "--pkcs11", client)).Ends(2).Reason);
        var roster = Path.Combine(_dir, "roster.v2.yaml");
        File.WriteAllText(roster, Next(File.ReadAllText(Path.Combine(_dir, "documents", "roster.yaml")), made["client"], made["administrator"]));
        (await Run("roster", "sign", roster)).Ends(0);
        (await Run("roster", "apply", roster)).Ends(0);

        var digest = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Assert.Equal("CONFIGURATION", (await Run("sign", "--key", key, "--digest", digest)).Ends(2).Reason);
        Assert.True((await Run("sign", "--key", key, "--digest", digest, "--pkcs11", client)).Ends(0).Json.GetProperty("verified").GetBoolean());
        Assert.NotEqual(0, (await Run("key", "refresh", "--key", key, "--wait")).Code);
        (await Run("key", "refresh", "--key", key, "--wait", "--pkcs11", administrator)).Ends(0);
        // A roster is signed offline by the same key, in the file's place.
        (await Run("policy", "sign", Path.Combine(_dir, "documents", "policy.yaml"), "--pkcs11", administrator)).Ends(0);

        var wrong = (await Run("sign", "--key", key, "--digest", digest, "--pkcs11", client.Replace(hsm.Tokens.PinFile, hsm.Tokens.WrongPinFile, StringComparison.Ordinal))).Ends(2);
        Assert.Equal("PIN_WRONG", wrong.Reason);
        Assert.DoesNotContain("another-pin", wrong.Output + wrong.Error, StringComparison.Ordinal);
    }

    private string Reference(string key) => $"module={HsmTokens.SoftHsm};token={HsmTokens.Label("people")};key={key};pin-file={hsm.Tokens.PinFile}";

    private static string Next(string first, string client, string administrator)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(first)));
        var keys = new Queue<string>([client, administrator]);
        return SigningKeys().Replace(first, _ => $"signing_key: \"{keys.Dequeue()}\"").Replace("version: 1", $"version: 2\npredecessor: {hash}\ncluster: {hash}", StringComparison.Ordinal);
    }

    private Task<CliProcess> Run(params string[] arguments) => CliProcess.RunAsync(_dir, arguments);

    [GeneratedRegex("signing_key: \"[0-9a-f]{64}\"")]
    private static partial Regex SigningKeys();
}
