using System.Text.Json;
using MpcSigner.Chains.Hashing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Hashing;

public class Keccak256Tests
{
    private const int Vectors = 26;

    [Fact]
    public void Hashes_as_others_do_at_every_edge_of_a_block()
    {
        using var json = JsonDocument.Parse(Tree.Read("tests", "Vectors", "evm", "keccak256.json"));
        var hashed = 0;
        foreach (var vector in json.RootElement.EnumerateArray())
        {
            var message = Convert.FromHexString(vector.GetProperty("message").GetString()!);
            Assert.Equal(vector.GetProperty("hash").GetString(), Convert.ToHexStringLower(Keccak256.HashData(message)));
            hashed++;
        }
        Assert.Equal(Vectors, hashed);
    }

    [Fact]
    public void Is_not_the_padding_of_Sha3()
    {
        // FIPS 202 gives a7ffc6f8… for nothing; Ethereum's empty code hash is c5d24601….
        Assert.Equal("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470", Convert.ToHexStringLower(Keccak256.HashData([])));
        Assert.Equal("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45", Convert.ToHexStringLower(Keccak256.HashData("abc"u8)));
    }

    [Fact]
    public void Rejects_room_for_a_hash_of_another_size() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Keccak256.HashData([], new byte[31]));
}
