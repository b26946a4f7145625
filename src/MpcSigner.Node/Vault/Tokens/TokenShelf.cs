using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Options;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>Modules and tokens of this process, each taken into use once and kept until it ends: a module is initialised once a process, and a login is the process's own. A token that was away heals within.</summary>
/// <param name="probe">How a child looks at a module first, which may crash; null: without.</param>
internal sealed class TokenShelf(ProbeProgram? probe, TimeProvider time) : IDisposable
{
    /// <summary>For a child that loads and initialises a module.</summary>
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, CryptokiModule> _modules = [];
    private readonly List<(string Module, Pkcs11Token Token)> _tokens = [];

    /// <summary>The tokens that were taken into use, for who watches over them.</summary>
    public IReadOnlyList<Pkcs11Token> InUse => [.. _tokens.Select(open => open.Token)];

    /// <summary>Takes a token into use and logs in.</summary>
    /// <param name="readPin">Asked only if nobody is logged in. A PIN that was refused, or to which the token did not answer, is neither read nor given again: a few more lock the token.</param>
    /// <exception cref="VaultException">Module, token or PIN; the message says what to do.</exception>
    public async Task<IVaultToken> OpenAsync(HsmOptions options, Func<Task<TokenPin>> readPin)
    {
        var token = await Task.Run(() => TokenTrouble.Refusing(() => Find(options))).ConfigureAwait(false);
        if (token.State is not TokenState.Ready)
        {
            // Whoever waits for another token asks for this one again and again.
            TokenTrouble.Refusing(() =>
            {
                token.RequirePinRepeatable();
                return true;
            });
            using var pin = await readPin().ConfigureAwait(false);
            await Task.Run(() => TokenTrouble.Refusing(() =>
            {
                pin.Use(bytes => token.Login(bytes, options.Timeout));
                return true;
            })).ConfigureAwait(false);
        }
        return new VaultToken(token, options.Sessions, options.Timeout);
    }

    private Pkcs11Token Find(HsmOptions options)
    {
        var open = _tokens.Find(open => open.Module == options.Module && open.Token.Description.Label == options.Token
            && (options.Serial is null || open.Token.Description.Serial == options.Serial)).Token;
        if (open is not null)
            return open;
        var token = Module(options.Module).Open(new() { Label = options.Token, Serial = options.Serial, MaxSessions = options.Sessions }, options.Timeout);
        _tokens.Add((options.Module, token));
        return token;
    }

    private CryptokiModule Module(string path)
    {
        if (_modules.TryGetValue(path, out var loaded))
            return loaded;
        if (probe is not null)
            ModuleProbe.Run(probe, path, ProbeLimit).ThrowUnlessUsable();
        var module = CryptokiModule.Load(path, new ModuleOptions(), time);
        _modules.Add(path, module);
        return module;
    }

    public void Dispose()
    {
        foreach (var (_, token) in _tokens)
            token.Dispose();
        foreach (var module in _modules.Values)
            module.Dispose();
    }
}
