//! Secrets of every kind, put together here so that no scanner takes this file for one, and what only looks like them.

use super::*;

/// Letters and digits without a pattern.
fn noise(length: usize) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(SIGNS[state as usize % SIGNS.len()])
    };
    (0..length).map(|_| next()).collect()
}

fn hex(length: usize) -> String {
    noise(length).bytes().map(|byte| char::from(b"0123456789abcdef"[usize::from(byte % 16)])).collect()
}

fn secrets() -> Vec<(Kind, String)> {
    [keys(), tokens(), assigned()].concat()
}

fn keys() -> Vec<(Kind, String)> {
    let n = noise;
    let upper = noise(16).to_uppercase().replace(['8', '9'], "Q");
    vec![
        (Kind::PrivateKey, format!("-----BEGIN RSA {} KEY-----\n{}\n{}\n", "PRIVATE", n(64), n(64))),
        (Kind::PrivateKey, format!("-----BEGIN {} KEY-----\\n{}\\n", "PRIVATE", n(64))),
        (Kind::PrivateKey, format!("-----BEGIN OPENSSH {} KEY-----\n{}", "PRIVATE", n(70))),
        (Kind::PrivateKey, format!("-----BEGIN PGP {} KEY BLOCK-----\nVersion: 1\n\n{}", "PRIVATE", n(60))),
        (Kind::CloudKey, format!("my key is AK{}{upper}", "IA")),
        (Kind::CloudKey, format!("aws_secret_access_key = {}", n(40))),
        (Kind::CloudKey, format!("AWS_SECRET_ACCESS_KEY=\"{}\"", n(40))),
        (Kind::GitHubToken, format!("git clone https://gh{}_{}@github.com/a/b", "p", n(36))),
        (Kind::GitHubToken, format!("github{}_{}", "_pat", n(60))),
        (Kind::GitLabToken, format!("gl{}-{}", "pat", n(20))),
        (Kind::SlackToken, format!("xox{}-{}-{}", "b", "20391029348", n(24))),
        (Kind::SlackToken, format!("https://hooks.slack.com/services/T{}/B{}/{}", "0A1B2C3D4", "0A1B2C3D5", n(24))),
        (Kind::PaymentKey, format!("sk_{}_{}", "live", n(24))),
        (Kind::PaymentKey, format!("rk_{}_{}", "live", n(24))),
        (Kind::ModelKey, format!("OPENAI_API_KEY=sk-{}", n(48))),
        (Kind::ModelKey, format!("sk-{}-{}", "proj", n(48))),
        (Kind::ModelKey, format!("sk-{}-api03-{}", "ant", n(80))),
        (Kind::ModelKey, format!("hf{}{}", "_", n(34))),
        (Kind::ModelKey, format!("gsk{}{}", "_", n(52))),
    ]
}

fn tokens() -> Vec<(Kind, String)> {
    let n = noise;
    vec![
        (Kind::GoogleKey, format!("key=AI{}{}", "za", n(35))),
        (Kind::GoogleKey, format!("GOC{}-{}", "SPX", n(28))),
        (Kind::PackageToken, format!("//registry/:_authToken=npm{}{}", "_", n(36))),
        (Kind::PackageToken, format!("py{}-{}", "pi", n(80))),
        (Kind::BotToken, format!("bot {}:AA{}", 123_987_654, n(33))),
        (Kind::BotToken, format!("M{}.{}.{}", n(23), n(6), n(38))),
        (Kind::AzureKey, format!("DefaultEndpointsProtocol=https;AccountName=a;Account{}={}==", "Key", n(86))),
        (Kind::AzureKey, format!("Endpoint=sb://a/;SharedAccess{}={}=", "Key", n(43))),
        (Kind::AzureKey, format!("https://a.blob.core.windows.net/c?sv=2022&sig={}", n(46))),
        (Kind::ServiceToken, format!("SG.{}.{}", n(22), n(43))),
        (Kind::ServiceToken, format!("dop{}_{}", "_v1", hex(64))),
        (Kind::ServiceToken, format!("hv{}.{}", "s", n(40))),
        (Kind::WebToken, format!("eyJ{}.eyJ{}.{}", n(30), n(60), n(43))),
    ]
}

fn assigned() -> Vec<(Kind, String)> {
    let n = noise;
    vec![
        (Kind::UrlPassword, format!("postgres://app:{}@db.internal:5432/app", n(12))),
        (Kind::UrlPassword, "redis://:tr0ub4dor@cache:6379".to_owned()),
        (Kind::UrlPassword, "curl -u ann:tr0ub4dor https://api.internal/x".to_owned()),
        (Kind::Password, "password = \"correct horse battery\"".to_owned()),
        (Kind::Password, "PGPASSWORD=tr0ub4dor psql -h db".to_owned()),
        (Kind::Password, "DB_PASSWORD=letmein99".to_owned()),
        (Kind::Password, "MYSQL_ROOT_PASSWORD: 'tr0ub4dor&3'".to_owned()),
        (Kind::Password, "{\"user\": \"ann\", \"password\": \"tr0ub4dor\"}".to_owned()),
        (Kind::Password, "my password is Tr0ub4dor&3, is it strong?".to_owned()),
        (Kind::Password, "passwd: s3cr3tW0rd!".to_owned()),
        (Kind::Password, "mysql password=opensesame".to_owned()),
        (Kind::Credential, format!("api_key = \"{}\"", n(32))),
        (Kind::Credential, format!("API-Key: {}", hex(32))),
        (Kind::Credential, format!("\"client_secret\": \"{}\"", n(40))),
        (Kind::Credential, format!("export SERVICE_TOKEN={}", n(30))),
        (Kind::Credential, format!("secret: {}", hex(40))),
        (Kind::Credential, format!("my access token is {}", n(40))),
        (Kind::AuthorizationHeader, format!("Authorization: Bearer {}", n(40))),
        (Kind::AuthorizationHeader, format!("-H 'authorization: Basic {}='", n(23))),
        (Kind::AuthorizationHeader, format!("\"Authorization\": \"token {}\"", hex(40))),
        (Kind::AuthorizationHeader, format!("use Bearer {} for it", n(64))),
        (Kind::CardNumber, format!("my card is {} {} {} {}", 4539, 1488, "0343", 6467)),
        (Kind::CardNumber, format!("4539{}03436467", 1488)),
        (Kind::CardNumber, format!("{} {} {}", 3714, 496_354, 98_439)),
    ]
}

const HARMLESS: &[&str] = &[
    "How do I boil an egg?",
    "How do I rotate an API key?",
    "What is a JWT?",
    "What does -----BEGIN RSA PRIVATE KEY----- mean?",
    "How do I create a GitHub token that starts with ghp_?",
    "What is the prefix sk_live_ for?",
    "api_key = \"YOUR_API_KEY\"",
    "api_key = YOUR_API_KEY_GOES_HERE_12345",
    "Authorization: Bearer <token>",
    "Authorization: Bearer YOUR_TOKEN_HERE_PLEASE",
    "Authorization: Bearer $TOKEN",
    "Authorization: Bearer ${ACCESS_TOKEN}",
    "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    "token: xxxxxxxxxxxxxxxxxxxxxxxx",
    "token = xxxx-xxxx-xxxx-xxxx-1234",
    "password = os.environ[\"DB_PASSWORD\"]",
    "password = os.environ['DB_PASSWORD']",
    "password = os.getenv(\"DB_PASSWORD\")",
    "password: process.env.DB_PASSWORD",
    "const password = config.database.password;",
    "password = getpass.getpass()",
    "password = input('password: ')",
    "password = \"<password>\"",
    "password=\"\"",
    "password: str",
    "password: String,",
    "\"password\": \"string\"",
    "password = hash(user_password)",
    "password: must have at least 8 characters",
    "Is the password 8 characters long?",
    "What is the password?",
    "My password is not accepted, why?",
    "The password is required.",
    "password: \"Enter your password\"",
    "<input type=\"password\" name=\"password\" placeholder=\"Password\">",
    "password=${PASSWORD}",
    "password = $1",
    "password=%s",
    "pwd: /home/ann/projects",
    "AKIAIOSFODNN7EXAMPLE is the example key",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "postgres://user:password@localhost:5432/db",
    "postgres://user:pass@host/db",
    "https://user:<password>@example.org/",
    "postgres://$USER:$PASSWORD@localhost/db",
    "https://example.org:8080/a@b",
    "see http://localhost:3000/@scope/name",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b broke it",
    "The SHA-256 is e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "id: 550e8400-e29b-41d4-a716-446655440000",
    "token: 550e8400-e29b-41d4-a716-446655440000",
    "<img src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==\">",
    "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "use the card 4242 4242 4242 4242 for tests",
    "4111111111111111",
    "order number 1234567890123456",
    "1699999999999 milliseconds",
    "call +49 1512 3456789 0123",
    "ISBN 978-3-16-148410-0",
    "token bucket: a rate limiter with tokens",
    "tokens: 128, secrets: none",
    "secret: internationalization-of-things",
    "access_token = response.json()[\"access_token\"]",
    "client_secret = settings.CLIENT_SECRET",
    "api_key=os.environ.get('OPENAI_API_KEY')",
    "let mut passwords = passwords",
    "password=dbpassword",
    "ask::prompt_password(text)",
    "http://a:b@host",
    "sk-learn is scikit-learn",
    "import sk-something-that-is-long-but-is-a-name",
    "xoxo, Ann",
    "git log --format=%H",
    "The key is to practise every day.",
    "What does 'the secret is out' mean?",
    "secret = generate_secret_key_with_32_bytes",
    "0123456789abcdef0123456789abcdef",
];

#[test]
fn secrets_of_every_kind_are_found() {
    let secrets_known = Secrets::new();
    let wrong: Vec<_> = secrets().into_iter().filter(|(kind, text)| secrets_known.find(text) != Some(*kind)).collect();
    let wrong: Vec<_> = wrong.iter().map(|(kind, text)| (kind, text, secrets_known.find(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_only_looks_like_a_secret_is_none() {
    let secrets = Secrets::new();
    let alarms: Vec<_> = HARMLESS.iter().filter_map(|text| secrets.find(text).map(|kind| (kind, text))).collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn a_long_text_takes_linear_time() {
    let secrets = Secrets::new();
    let text = "password token secret api_key -----BEGIN PRIVATE KEY-----: ".repeat(20_000);
    assert_eq!(secrets.find(&text), None, "and it ends");
}
