using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Cli.Tokens;

/// <summary>Modules and tokens of this process, each taken into use once and kept until it ends: a module is initialised once a process, and a login is the process's own.</summary>
internal static class OpenTokens
{
    /// <summary>For one call. An operator waits for it at a terminal.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, CryptokiModule> Modules = [];
    private static readonly List<(string Module, Pkcs11Token Token)> Tokens = [];

    /// <summary>The token, logged in. Its PIN is read and given once at most, and not at all if the token is open already.</summary>
    /// <exception cref="CliException">Module, token or PIN.</exception>
    public static Pkcs11Token Open(TokenReference reference) => TokenFailures.Refusing(() =>
    {
        lock (Gate)
        {
            var token = Tokens.Find(t => t.Module == reference.Module && t.Token.Description.Label == reference.Token
                && (reference.Serial is null || t.Token.Description.Serial == reference.Serial)).Token;
            if (token is null)
            {
                token = Load(reference.Module).Open(new() { Label = reference.Token, Serial = reference.Serial }, Limit);
                Tokens.Add((reference.Module, token));
            }
            if (token.State is not TokenState.Ready)
                reference.Pin.Lend($"token '{reference.Token}'", pin => token.Login(pin, Limit));
            return token;
        }
    });

    /// <summary>Makes a token in an empty slot of the module.</summary>
    /// <exception cref="CliException">The module makes none, or a PIN cannot be read.</exception>
    public static TokenDescription Make(TokenReference reference, PinSource officerPin) => TokenFailures.Refusing(() =>
    {
        lock (Gate)
        {
            var module = Load(reference.Module);
            TokenDescription? made = null;
            // Both PINs are pinned and wiped by their sources; neither call outlives them.
            officerPin.Lend($"the security officer of token '{reference.Token}'", officer =>
            {
                var copy = GC.AllocateArray<byte>(officer.Length, pinned: true);
                officer.CopyTo(copy);
                try
                {
                    reference.Pin.Lend($"the user of token '{reference.Token}'", pin => made = TokenMaking.Make(module, reference.Token, copy, pin, Limit));
                }
                finally
                {
                    System.Security.Cryptography.CryptographicOperations.ZeroMemory(copy);
                }
            });
            return made!;
        }
    });

    private static CryptokiModule Load(string path)
    {
        if (!Modules.TryGetValue(path, out var module))
            Modules.Add(path, module = CryptokiModule.Load(path, new ModuleOptions(), TimeProvider.System));
        return module;
    }
}
