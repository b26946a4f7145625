using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;
using Xunit;
using static MpcSigner.Node.Tests.Pkcs11.SoftToken;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>Every code from every function, answers that the standard forbids, tokens of other kinds.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class FaultTests : IDisposable
{
    private static readonly ulong[] Codes =
        [.. Enum.GetValues<CKR>().Where(c => c is not CKR.OK).Select(c => (ulong)c), 0x1C0, 0x1C1, 0x1C2, 0x1C3, 0x1C4, 0x80000123, 0x999];

    /// <summary>Made once: each fault leaves it as it was, which is what is tested.</summary>
    private static readonly Lazy<FaultScene> Shared = new(() => new(FaultyModule.Open()));

    public void Dispose() => FaultyModule.Rules();

    [Fact]
    public void Every_code_has_a_name_a_failure_and_a_next_step()
    {
        Assert.Equal(98, Codes.Count(c => ReturnCodes.Known(c) is not null) - 5 + 1);
        foreach (var code in Codes)
        {
            var failure = new Pkcs11Exception(ReturnCodes.FailureOf(code), "t", "C_Sign", code);
            Assert.NotEmpty(failure.NextStep);
            Assert.Contains(ReturnCodes.Known(code) is null ? $"0x{code:X8}" : $"(0x{code:X})", failure.Message, StringComparison.Ordinal);
            Assert.True(Enum.IsDefined(failure.Remedy) && Enum.IsDefined(ReturnCodes.ConsequenceOf(code)));
        }
        Assert.Equal("CKR_PIN_TOO_WEAK", ReturnCodes.NameOf(0x1C3));
        Assert.Equal("CKR_PIN_TOO_WEAK", ReturnCodes.NameOf(0x1B8));
        Assert.Equal("vendor code 0x80000123", ReturnCodes.NameOf(0x80000123));
        Assert.Equal("unknown code 0x00000999", ReturnCodes.NameOf(0x999));
        Assert.All(Enum.GetValues<Pkcs11Failure>(), f => Assert.NotEmpty(new Pkcs11Exception(f, null, "m").NextStep));
    }

    [Theory]
    [InlineData("seal", "C_EncryptInit")]
    [InlineData("seal", "C_Encrypt")]
    [InlineData("open", "C_DecryptInit")]
    [InlineData("open", "C_Decrypt")]
    [InlineData("sign", "C_SignInit")]
    [InlineData("sign", "C_Sign")]
    [InlineData("random", "C_GenerateRandom")]
    [InlineData("list", "C_FindObjectsInit")]
    [InlineData("list", "C_FindObjects")]
    [InlineData("list", "C_FindObjectsFinal")]
    [InlineData("list", "C_GetAttributeValue")]
    [InlineData("wrap", "C_CreateObject")]
    [InlineData("wrap", "C_WrapKey")]
    [InlineData("unwrap", "C_UnwrapKey")]
    [InlineData("generate", "C_GenerateKey")]
    [InlineData("pair", "C_GenerateKeyPair")]
    [InlineData("generate", "C_OpenSession")]
    public void Every_code_of_a_function_is_a_typed_error_and_the_next_call_works(string what, string function)
    {
        var scene = Shared.Value;
        scene.Do(what);
        foreach (var code in Codes)
        {
            // So often that no second try gets past it; then the module is well again.
            FaultyModule.Rules($"fail {function} 0x{code:X} 12");
            var failed = Record.Exception(() => scene.Do(what));
            Assert.True(failed is null or Pkcs11Exception, $"{function} 0x{code:X}: {failed}");
            if (failed is Pkcs11Exception typed)
            {
                Assert.DoesNotContain(Pin, typed.ToString(), StringComparison.Ordinal);
                Assert.True(typed.Code is null || typed.Code == code || function == "C_OpenSession", $"{function} 0x{code:X}: {typed.Message}");
            }
            else
            {
                // Only what an attribute is not there for is no failure of a listing.
                Assert.Equal("C_GetAttributeValue", function);
                Assert.True(code is (ulong)CKR.ATTRIBUTE_TYPE_INVALID or (ulong)CKR.ATTRIBUTE_SENSITIVE, $"{function} 0x{code:X} passed for success");
            }
            FaultyModule.Rules();
            var healed = Record.Exception(() => scene.Do("open"));
            Assert.True(healed is null, $"after {function} 0x{code:X}: {healed}");
        }
        scene.Do(what);
        Assert.Equal(TokenState.Ready, scene.Token.Poll(Limit));
        Assert.Equal(0, FaultyModule.Module.StalledCalls);
    }

    [Theory]
    [InlineData("seal", "C_EncryptInit", 0xB3)]
    [InlineData("seal", "C_Encrypt", 0xB0)]
    [InlineData("open", "C_DecryptInit", 0x101)]
    [InlineData("sign", "C_SignInit", 0x60)]
    [InlineData("sign", "C_Sign", 0x90)]
    [InlineData("unwrap", "C_UnwrapKey", 0xF0)]
    public void What_can_be_put_right_is_put_right_unseen(string what, string function, ulong code)
    {
        var scene = Shared.Value;
        scene.Do(what);
        FaultyModule.Rules($"fail {function} 0x{code:X} 1");
        scene.Do(what);
        Assert.Equal(TokenState.Ready, scene.Token.State);
    }

    [Fact]
    public void Every_code_of_a_login_leaves_a_state_that_a_right_login_ends()
    {
        var label = NewLabel("login");
        foreach (var code in Codes)
        {
            using var token = FaultyModule.Module.Open(new() { Label = label, HealInterval = TimeSpan.Zero }, Limit);
            var before = FaultyModule.Calls(18);
            FaultyModule.Rules($"fail C_Login 0x{code:X}");
            var failed = Assert.Throws<Pkcs11Exception>(() => token.Login(PinBytes, Limit));
            Assert.Equal(code, failed.Code);
            Assert.NotEqual(TokenState.Ready, token.State);
            Assert.Throws<Pkcs11Exception>(() => token.FillRandom(new byte[8], Limit));
            Assert.Equal(code == (ulong)CKR.USER_ALREADY_LOGGED_IN ? 2 : 1, FaultyModule.Calls(18) - before);
            FaultyModule.Rules();
            token.Login(PinBytes, Limit);
            token.FillRandom(new byte[8], Limit);
        }
    }

    [Fact]
    public void Every_code_of_the_start_is_told_and_an_initialised_module_is_used()
    {
        _ = FaultyModule.Module;
        var copy = Path.Combine(Folder, "copy.so");
        File.Copy(FaultyModule.LibraryPath, copy, overwrite: true);
        foreach (var code in Codes)
        {
            FaultyModule.Rules($"fail C_Initialize 0x{code:X}");
            var failed = Record.Exception(() => CryptokiModule.Load(copy, new ModuleOptions(), TimeProvider.System).Dispose());
            if (code == (ulong)CKR.CRYPTOKI_ALREADY_INITIALIZED)
                Assert.Null(failed);
            else
                Assert.Equal(code, Assert.IsType<Pkcs11Exception>(failed).Code);
        }
        FaultyModule.Rules("stall C_Initialize 20000 1");
        var late = Assert.Throws<Pkcs11Exception>(() => CryptokiModule.Load(copy, new ModuleOptions { InitializeLimit = TimeSpan.FromMilliseconds(200) }, TimeProvider.System));
        Assert.Equal(Pkcs11Failure.Timeout, late.Failure);
    }

    [Theory]
    [InlineData("seal", "length C_Encrypt 100000")]
    [InlineData("seal", "length C_Encrypt 1")]
    [InlineData("seal", "length C_Encrypt -1")]
    [InlineData("open", "length C_Decrypt 100000")]
    [InlineData("open", "length C_Decrypt 1")]
    [InlineData("open", "length C_Decrypt -1")]
    [InlineData("sign", "length C_Sign 1")]
    [InlineData("sign", "length C_Sign -1")]
    [InlineData("sign", "length C_Sign -65")]
    [InlineData("list", "length C_FindObjects 1000")]
    [InlineData("list", "length C_GetAttributeValue 100000")]
    [InlineData("wrap", "length C_WrapKey 1000")]
    [InlineData("wrap", "length C_WrapKey -20")]
    public void Rejects_an_answer_of_a_wrong_length(string what, string rule)
    {
        var scene = Shared.Value;
        scene.Do(what);
        FaultyModule.Rules(rule);
        var bad = Assert.Throws<Pkcs11Exception>(() => scene.Do(what));
        Assert.Equal((Pkcs11Failure.BadAnswer, Remedy.Bug), (bad.Failure, bad.Remedy));
        Assert.Equal([0, 0, 0], scene.Opened);
        FaultyModule.Rules();
        scene.Do(what);
    }

    [Theory]
    [InlineData("length C_GetSlotList 5000")]
    [InlineData("length C_GetMechanismList 100000")]
    public void Rejects_a_list_without_end(string rule)
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("gone");
        token.Poll(Limit);
        FaultyModule.Rules(rule);
        Assert.Equal(TokenState.Lost, token.Poll(Limit));
        Assert.Equal(Pkcs11Failure.BadAnswer, token.LastFailure!.Failure);
    }

    [Theory]
    [InlineData("short", GcmLayout.WithoutIvBits, false)]
    [InlineData("short-unchecked", GcmLayout.WithoutIvBits, false)]
    [InlineData("own-iv", GcmLayout.WithIvBits, true)]
    public void Both_layouts_and_a_tokens_own_iv_are_recognised(string way, GcmLayout layout, bool tokenChoosesIv)
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules($"gcm {way}");
        var key = SealingKey.Generate(token, Name(), Limit);
        Assert.Equal((layout, tokenChoosesIv, true), (key.Gcm!.Layout, key.Gcm.TokenChoosesIv, key.Gcm.KnownAnswerChecked));
        var sealedBytes = key.Seal([1, 2, 3], "context"u8, Limit);
        Assert.NotEqual(sealedBytes[2..14], key.Seal([1, 2, 3], "context"u8, Limit)[2..14]);
        // What one token sealed, one of the other kind opens with the same key.
        FaultyModule.Rules();
        token.Gcm = new(GcmLayout.WithIvBits, false, true, [5]);
        var opened = new byte[3];
        key.Open(sealedBytes, "context"u8, opened, Limit);
        Assert.Equal([1, 2, 3], opened);
    }

    [Theory]
    [InlineData("hidden-iv", Pkcs11Failure.BadAnswer)]
    [InlineData("zero-iv", Pkcs11Failure.MechanismMissing)]
    public void Rejects_a_token_that_would_use_an_iv_twice_or_hides_it(string way, Pkcs11Failure expected)
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules($"gcm {way}");
        Assert.Equal(expected, Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name(), Limit)).Failure);
        FaultyModule.Rules();
        Assert.Empty(token.ListKeys(Limit));
    }

    [Fact]
    public void Without_gcm_keys_are_wrapped_and_without_both_nothing_is_made()
    {
        using var token = FaultyModule.Open();
        Reconnect(token, "no-mechanism 0x1087");
        Assert.Equal(SealMethod.KeyWrapPad, SealingKey.Generate(token, Name(), Limit).Method);
        Reconnect(token, "no-mechanism 0x1087", "no-mechanism 0x210A", "no-mechanism 0x210B");
        Assert.Equal(Pkcs11Failure.MechanismMissing, Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name("x", 2), Limit)).Failure);
        Assert.Single(token.ListKeys(Limit));
    }

    [Theory]
    [InlineData("0x103 0", "CKA_SENSITIVE")]
    [InlineData("0x162 1", "CKA_EXTRACTABLE")]
    [InlineData("0x164 0", "CKA_NEVER_EXTRACTABLE")]
    [InlineData("0x165 0", "CKA_ALWAYS_SENSITIVE")]
    [InlineData("0x163 0", "CKA_LOCAL")]
    [InlineData("0x2 0", "CKA_PRIVATE")]
    [InlineData("0x1 0", "CKA_TOKEN")]
    [InlineData("0x106 1", "CKA_WRAP")]
    [InlineData("0x107 1", "CKA_UNWRAP")]
    [InlineData("0x10C 1", "CKA_DERIVE")]
    public void A_token_that_makes_a_weaker_key_than_asked_for_gets_it_destroyed(string attribute, string name)
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules($"attribute {attribute}");
        var weak = Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name(), Limit));
        Assert.Equal(Pkcs11Failure.KeyTooWeak, weak.Failure);
        Assert.Contains(name + " is", weak.Message, StringComparison.Ordinal);
        FaultyModule.Rules();
        Assert.Empty(token.ListKeys(Limit));
    }

    [Fact]
    public void A_full_token_is_told_and_takes_keys_again_when_there_is_room()
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("fail C_GenerateKey 0x31");
        var full = Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name(), Limit));
        Assert.Equal((Pkcs11Failure.TokenFull, Remedy.Operator, "CKR_DEVICE_MEMORY"), (full.Failure, full.Remedy, full.CodeName));
        Assert.Equal(TokenState.Ready, token.State);
        FaultyModule.Rules();
        SealingKey.Generate(token, Name(), Limit);
    }

    [Fact]
    public void A_key_that_was_made_though_an_error_was_told_is_not_made_twice()
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("after C_GenerateKey 0x6 1");
        Assert.Equal(Pkcs11Failure.KeyExists, Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name(), Limit)).Failure);
        Assert.Single(token.ListKeys(Limit));
        SealingKey.Find(token, Name(), Limit);
    }

    [Fact]
    public void A_token_that_is_away_is_not_taken_for_one_that_lacks_something()
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("gone");
        token.Poll(Limit);
        Assert.Equal(Pkcs11Failure.TokenLost, Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name(), Limit)).Failure);
        Assert.Equal(Pkcs11Failure.TokenLost, Assert.Throws<Pkcs11Exception>(() => SigningKey.Generate(token, Name(), SigningAlgorithm.P256, Limit)).Failure);
    }

    private static void Reconnect(Pkcs11Token token, params string[] rules)
    {
        FaultyModule.Rules("gone");
        token.Poll(Limit);
        FaultyModule.Rules(rules);
        Assert.Equal(TokenState.Ready, token.Poll(Limit));
    }
}
