namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>A session's hold on a pair setup, until it is disposed.</summary>
internal sealed class PairSetupUse(PairSetup setup) : IDisposable
{
    private int _ended;

    internal PairSetup Setup { get; } = setup;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            Setup.End();
    }
}
