using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>Reads passphrases and PINs from where the options say.</summary>
/// <param name="prompt">Where a question at the terminal goes.</param>
internal sealed class SecretSources(TextWriter prompt)
{
    /// <param name="repeat">At a terminal, ask twice: for a new passphrase.</param>
    /// <exception cref="StartRefusedException">The source gives no passphrase.</exception>
    public async Task<OperatorSecret> ReadPassphraseAsync(PassphraseSource source, bool repeat) =>
        OperatorSecret.Passphrase(await ReadAsync(source, "Passphrase", repeat).ConfigureAwait(false));

    /// <exception cref="StartRefusedException">The source gives no PIN.</exception>
    public async Task<TokenPin> ReadPinAsync(HsmOptions hsm) => new(await ReadAsync(hsm.Pin, $"PIN of token {hsm.Token}", repeat: false).ConfigureAwait(false));

    private async Task<SecureMemory> ReadAsync(PassphraseSource source, string what, bool repeat)
    {
        try
        {
            return source switch
            {
                PassphraseSource.FromFile from => SecretReader.PassphraseFromFile(from.Path),
                PassphraseSource.FromEnvironment from => SecretReader.PassphraseFromEnvironment(from.Variable),
                PassphraseSource.FromCommand from => await SecretReader.PassphraseFromCommandAsync(from.Command, CancellationToken.None).ConfigureAwait(false),
                PassphraseSource.FromPrompt => SecretReader.PassphraseFromPrompt(repeat, Console.IsInputRedirected ? null : () => Console.ReadKey(intercept: true), prompt, what),
                _ => throw new NotSupportedException($"no reader for {source.GetType().Name}"),
            };
        }
        catch (VaultException e)
        {
            throw VaultStart.Refuse(e);
        }
        catch (SecureMemoryException e)
        {
            throw new StartRefusedException(ExitCode.HardeningRefused, $"There is no locked memory for the passphrase: {e.Message}", "Raise LimitMEMLOCK= of the service.", e);
        }
    }
}
