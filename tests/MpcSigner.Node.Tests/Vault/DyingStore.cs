using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>The store of a process that dies at its n-th call, before or after what the call does.</summary>
internal sealed class DyingStore(ISealedShares store, int dies, bool afterTheStep) : ISealedShares
{
    private int _calls;

    private async ValueTask<T> Run<T>(Func<ValueTask<T>> call)
    {
        if (_calls++ != dies)
            return await call();
        if (afterTheStep)
            await call();
        throw new StoreUnavailableException("the process is dead", closed: true);
    }

    public ValueTask<IReadOnlyList<SealedShare>> ListSealedAsync((KeyId Key, uint Generation)? after, int limit, CancellationToken cancellation) =>
        Run(() => store.ListSealedAsync(after, Math.Min(limit, 100), cancellation));

    public ValueTask<int> ReplaceSealedAsync(IReadOnlyList<ResealedShare> shares, CancellationToken cancellation) => Run(() => store.ReplaceSealedAsync(shares, cancellation));

    public ValueTask<ErasureCounts> CountErasuresAsync(CancellationToken cancellation) => Run(() => store.CountErasuresAsync(cancellation));

    public async ValueTask RetireSealAsync(ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> verifier, long? retired, CancellationToken cancellation) => await Run(async () =>
    {
        await store.RetireSealAsync(parameters, verifier, retired, cancellation);
        return 0;
    });
}
